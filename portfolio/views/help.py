from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import formats
from accounts.http import AuthenticatedRequest
from contracts.values import monthly
from kpis.definitions import DEFINITIONS, Definition, worked_examples
from kpis.measures import Amount


@dataclass(frozen=True)
class Explained:
    """A definition with the numbers of its example as people read them (label, value)."""

    definition: Definition
    numbers: list[tuple[str, str]]


@require_safe
def figures_help(request: AuthenticatedRequest) -> HttpResponse:
    """Each KPI in words, with an example that the engine computes."""
    computed = worked_examples()
    explained = [
        Explained(
            each, [(str(label), told(name, computed[each.key][name])) for name, label in each.example.shows]
        )
        for each in DEFINITIONS
    ]
    return render(request, "portfolio/figures_help.html", {"explained": explained})


def told(measure: str, value: Amount) -> str:
    """A measure by its name in kpis.md: money monthly, points of NPS whole, ratios in percent, counts as they are."""
    if value is None or isinstance(value, int):
        return formats.number(value)
    if measure.endswith("_arr"):
        return _("%(value)s a month") % {"value": formats.money(monthly(value))}
    if measure == "nps" or (value == value.to_integral_value() and measure.startswith("target_")):
        return formats.number(value)
    return formats.percent(value, Decimal(1))
