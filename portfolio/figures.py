"""The clients behind a number: the same sums client by client, so that they add up to what a tile shows."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Client
from contracts.models import ClientStanding
from contracts.projection import current_rules
from kpis.measures import Amount, Sums, parts_with_net_transfers
from kpis.windows import Question, Window, rows_by_client
from portfolio.viewpoints import Viewpoint

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LABELS: "dict[str, _StrPromise]" = {
    "retained_clients": _("Stayed"),
    "cohort_clients": _("There at the beginning"),
    "cohort_opening_arr": _("Value at the beginning"),
    "cohort_closing_arr": _("Value at the end"),
    "cohort_kept_arr": _("Value kept"),
    "upsell_arr": _("Upsell"),
    "cross_sell_arr": _("Cross-sell"),
    "opening_arr": _("Opening value"),
    "new_arr": _("New"),
    "expansion_arr": _("Expansion"),
    "reactivation_arr": _("Reactivation"),
    "contraction_arr": _("Contraction"),
    "churn_arr": _("Churn"),
    "transfer_in_arr": _("Taken over"),
    "transfer_out_arr": _("Handed over"),
    "fx_arr": _("Exchange rates"),
    "closing_arr": _("Closing value"),
    "nps_promoters": _("Promoters"),
    "nps_passives": _("Passives"),
    "nps_detractors": _("Detractors"),
    "opening_clients": _("Active clients at the beginning"),
    "closing_clients": _("Active clients at the end"),
    "new_clients": _("New clients"),
    "reactivated_clients": _("Clients that came back"),
    "churned_clients": _("Clients that left"),
    "transfer_in_clients": _("Clients taken over"),
    "transfer_out_clients": _("Clients handed over"),
    "downsell_arr": _("Downsell"),
    "paused_arr": _("Paused"),
    "resumed_arr": _("Resumed"),
    "renewals_renewed": _("Renewed"),
    "renewals_lost": _("Not renewed"),
    "renewals_due": _("Due"),
    "renewals_pending": _("Not yet decided"),
    "renewal_new_arr": _("Value after the renewal"),
    "renewal_kept_arr": _("Value kept"),
    "renewal_due_arr": _("Value due"),
    "csat_satisfied": _("Satisfied"),
    "csat_n": _("Answers"),
    "csat_sum": _("Sum of scores"),
    "annual_value": _("Annual value today"),
}


@dataclass(frozen=True)
class Figure:
    """A measure by its sums, the numerator first. Without a window it is a stock of today."""

    label: "_StrPromise"
    columns: tuple[str, ...]
    has_window: bool = True

    @property
    def is_money(self) -> bool:
        return self.columns[0].endswith(("_arr", "_value"))


FIGURES = {
    "logo_retention": Figure(_("Client retention"), ("retained_clients", "cohort_clients")),
    "nrr": Figure(_("Net revenue retention (NRR)"), ("cohort_closing_arr", "cohort_opening_arr")),
    "grr": Figure(_("Gross revenue retention (GRR)"), ("cohort_kept_arr", "cohort_opening_arr")),
    "upsell": Figure(_("Upsell and cross-sell"), ("upsell_arr", "cross_sell_arr")),
    "movements": Figure(
        _("Movements of value"),
        (
            *("opening_arr", "new_arr", "expansion_arr", "reactivation_arr", "contraction_arr", "churn_arr"),
            *("transfer_in_arr", "transfer_out_arr", "fx_arr", "closing_arr"),
        ),
    ),
    "client_movements": Figure(
        _("Movements of clients"),
        (
            *("opening_clients", "new_clients", "reactivated_clients", "churned_clients"),
            *("transfer_in_clients", "transfer_out_clients", "closing_clients"),
        ),
    ),
    "downsell": Figure(_("Downsell"), ("downsell_arr",)),
    "pauses": Figure(_("Paused and resumed"), ("paused_arr", "resumed_arr")),
    "renewals": Figure(
        _("Renewals"), ("renewals_renewed", "renewals_lost", "renewals_pending", "renewals_due")
    ),
    "renewal_value": Figure(
        _("Renewals by value"), ("renewal_new_arr", "renewal_kept_arr", "renewal_due_arr")
    ),
    "csat": Figure("CSAT", ("csat_satisfied", "csat_sum", "csat_n")),  # type: ignore[arg-type] # a name
    "nps": Figure("NPS", ("nps_promoters", "nps_passives", "nps_detractors")),  # type: ignore[arg-type] # a name
    "active_clients": Figure(_("Active clients"), ("closing_clients",)),
    "new_clients": Figure(_("New clients"), ("new_clients",)),
    "value": Figure(_("Value today"), ("annual_value",), has_window=False),
}


@dataclass(frozen=True)
class Line:
    """One client and its part of each column; without a client, what the viewer may not see in detail."""

    client: Client | None
    amounts: tuple[Amount, ...]


@dataclass(frozen=True)
class Breakdown:
    """Visible clients, the largest part first; `hidden` adds up the `hidden_clients` others; `total` is all of it."""

    lines: list[Line]
    hidden: Line
    hidden_clients: int
    total: Line


def breakdown(figure: Figure, point: Viewpoint, window: Window | None, viewer: User, day: date) -> Breakdown:
    """The rows behind `figure`. What one may not see any more is one sum (domain.md, Rights)."""
    parts = _sums(figure, point, window, day) if window else _standings(point, day)
    rows = {pk: amounts for pk, amounts in parts.items() if any(amount != 0 for amount in amounts)}
    seen = Client.objects.visible_to(viewer).in_bulk(list(rows))
    lines = [Line(client, rows[pk]) for pk, client in seen.items()]
    hidden = [amounts for pk, amounts in rows.items() if pk not in seen]
    return Breakdown(
        lines=sorted(lines, key=_largest_first),
        hidden=Line(None, _added(hidden, figure)),
        hidden_clients=len(hidden),
        total=Line(None, _added(rows.values(), figure)),
    )


def _sums(figure: Figure, point: Viewpoint, window: Window, day: date) -> dict[int, tuple[Amount, ...]]:
    question = Question([window], as_of=day, rules=current_rules(), roles=[point.role])
    by_client = rows_by_client(question, point.scope, user=point.user, teams=point.teams)
    if point.teams:
        by_client = parts_with_net_transfers(by_client)
    return {pk: _amounts(sums, figure) for pk, sums in by_client.items()}


def _amounts(sums: Sums, figure: Figure) -> tuple[Amount, ...]:
    return tuple(getattr(sums, column) for column in figure.columns)


def _standings(point: Viewpoint, day: date) -> dict[int, tuple[Amount, ...]]:
    standings = ClientStanding.objects.filter(client__in=point.holders(day).values("client"))
    return {pk: (annual,) for pk, annual in standings.values_list("client_id", "annual_value")}


def _added(rows: Any, figure: Figure) -> tuple[Amount, ...]:
    """Column by column; a sum of which one part is unknown is unknown (kpis.md R4)."""
    columns = list(zip(*rows, strict=True)) or [()] * len(figure.columns)
    return tuple(None if None in column else sum(column) for column in columns)


def _largest_first(line: Line) -> tuple[bool, Decimal, str]:
    first = line.amounts[-1]
    return first is None, -Decimal(first or 0), str(line.client)
