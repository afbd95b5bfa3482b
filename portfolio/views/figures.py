from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts import formats
from accounts.days import today
from accounts.http import AuthenticatedRequest
from kpis.measures import Amount
from kpis.models import Role, Snapshot
from kpis.windows import Window
from portfolio.addresses import complaints, refuse_export
from portfolio.exports import export
from portfolio.figures import FIGURES, LABELS, Breakdown, Figure, breakdown
from portfolio.months import reported_otherwise
from portfolio.viewpoints import Viewpoint, viewpoint

PAGE = 100
KNOWN = ("scope", "role", "first", "last")


@require_safe
def figure_rows(request: AuthenticatedRequest, measure: str) -> HttpResponse:
    """The clients behind one number, and their sum, which is the number."""
    figure, point, window = _asked(request, measure)
    found = breakdown(figure, point, window, request.user, today())
    exports = {
        f"export_{kind}": f"{reverse('portfolio:figure_export', args=[measure, kind])}?{request.GET.urlencode()}"
        for kind in ("csv", "xlsx")
    }
    page = Paginator(found.lines, PAGE).get_page(request.GET.get("page"))
    context = {
        "complaints": complaints(request.GET, KNOWN, page=page),
        "figure": figure,
        "point": point,
        "window": window,
        "heads": [LABELS[column] for column in figure.columns],
        "found": found,
        "lines": [(line.client, _cells(figure, line.amounts)) for line in page],
        "hidden": _cells(figure, found.hidden.amounts),
        "total": _cells(figure, found.total.amounts),
        "hidden_text": hidden_text(found.hidden_clients),
        "page": page,
        "month": window and window.last_day.replace(day=1),
        "reported": reported_otherwise(figure, point, window) if window else [],
    }
    return render(request, "portfolio/figure_rows.html", context | exports)


@require_safe
def figure_export(request: AuthenticatedRequest, measure: str, kind: str) -> HttpResponse:
    if kind not in ("csv", "xlsx"):
        raise Http404
    figure, point, window = _asked(request, measure)
    if refused := complaints(request.GET, KNOWN):
        return refuse_export(request, refused)
    found = breakdown(figure, point, window, request.user, today())
    return export(_rows(figure, found), f"{measure}-{today():%Y-%m-%d}", kind)


def _asked(request: AuthenticatedRequest, measure: str) -> tuple[Figure, Viewpoint, Window | None]:
    """What the address asks for. Raises Http404 for an unknown measure or window and for a foreign scope."""
    if measure not in FIGURES:
        raise Http404
    figure = FIGURES[measure]
    scope = request.GET.get("scope", f"user:{request.user.pk}")
    point = viewpoint(request.user, scope, request.GET.get("role", Role.AM))
    return figure, point, _window(request, point) if figure.has_window else None


def _window(request: AuthenticatedRequest, point: Viewpoint) -> Window:
    """Only windows that are kept can be asked for: their statement is known to be affordable."""
    try:
        first, last = (date.fromisoformat(request.GET.get(name, "")) for name in ("first", "last"))
    except ValueError:
        raise Http404 from None
    kept = Snapshot.objects.for_company(point.role).filter(first_day=first, last_day=last).first()
    if kept is None:
        raise Http404
    return Window(kept.kind, first, last)


def _cells(figure: Figure, amounts: tuple[Amount, ...]) -> list[tuple[str, str, bool]]:
    """Each amount as people read it, between the head of its column and whether it is anything but 0."""
    show = formats.money if figure.is_money else formats.number
    pairs = zip(figure.columns, amounts, strict=True)
    return [(str(LABELS[column]), show(amount), amount != 0) for column, amount in pairs]


def _rows(figure: Figure, found: Breakdown) -> list[list[Any]]:
    head = [_("Client"), *(str(LABELS[column]) for column in figure.columns)]
    rows: list[list[Amount | str]] = [[str(line.client), *line.amounts] for line in found.lines]
    if found.hidden_clients:
        rows.append([hidden_text(found.hidden_clients), *found.hidden.amounts])
    return [head, *rows, [_("Total"), *found.total.amounts]]


def hidden_text(n: int) -> str:
    return ngettext("%(n)d client outside your access", "%(n)d clients outside your access", n) % {"n": n}
