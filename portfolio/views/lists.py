"""The lists: filter, sort, page, total, export. One description each, used by the page and by the export."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Lower
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.days import today
from accounts.http import AuthenticatedRequest
from accounts.models import User
from clients.models import Assignment, Client, Task
from clients.models.access import may_create_clients, may_merge_clients
from contracts.converting import in_reporting_currency
from contracts.models import ClientStanding, ContractTerm
from contracts.models.derived import TermQuerySet
from contracts.values import monthly
from portfolio.addresses import complaints, page_size, refuse_export, sort
from portfolio.exports import export
from portfolio.filters import ClientFilter, RenewalFilter, TaskFilter
from portfolio.tables import ClientTable, RenewalTable, TaskTable


class CountedPaginator(Paginator):  # type: ignore[type-arg] # takes none at run time
    """Its rows are counted already, together with their sums."""

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count


@dataclass(frozen=True)
class Listing:
    """What a list is made of; `rows` is scoped to the user, `totals` speak of the whole filter."""

    name: str
    export_name: str
    rows: Callable[[User], QuerySet[Any]]
    filter: Callable[..., Any]
    table: Callable[..., Any]
    totals: Callable[[QuerySet[Any]], dict[str, Any]]

    def filtered(self, request: AuthenticatedRequest) -> Any:
        return self.filter(request.GET, queryset=self.rows(request.user), user=request.user)

    def page(self, request: AuthenticatedRequest, template: str, **more: Any) -> HttpResponse:
        filtered = self.filtered(request)
        totals = self.totals(filtered.qs)
        table = self.table(filtered.qs)
        sort(table, request)
        table.paginate(CountedPaginator, per_page=page_size(request.GET), count=totals["count"])
        table.page = table.paginator.get_page(request.GET.get("page"))
        context = {
            "complaints": complaints(request.GET, filtered=filtered, table=table, page=table.page),
            "filter": filtered,
            "chips": chips(filtered, request.GET),
            "table": table,
            "totals": totals,
            "listing_url": request.path,
            "export_csv": self.export_url(request, "csv"),
            "export_xlsx": self.export_url(request, "xlsx"),
        }
        return render(request, template, context | more)

    def export_url(self, request: AuthenticatedRequest, kind: str) -> str:
        """Address of the export of exactly what the page shows, all its pages."""
        return f"{reverse(self.export_name, args=[kind])}?{request.GET.urlencode()}"

    def export(self, request: AuthenticatedRequest, kind: str) -> HttpResponse:
        if kind not in ("csv", "xlsx"):
            raise Http404
        filtered = self.filtered(request)
        table = self.table(filtered.qs)
        sort(table, request)
        if found := complaints(request.GET, filtered=filtered, table=table):
            return refuse_export(request, found)
        return export(table.as_values(), f"{self.name}-{today():%Y-%m-%d}", kind)


def client_rows(user: User) -> QuerySet[Client]:
    """Clients that `user` may see with everything a line of the list shows."""
    seen = Client.objects.visible_to(user)
    return (
        seen.with_owner(today())
        .with_last_contact()
        .with_next_step()
        .annotate(
            sort_name=Lower("legal_name"),
            status=Coalesce(F("standing__status"), Value(ClientStanding.Status.PROSPECT)),
            annual_value=F("standing__annual_value"),
            next_deadline=F("standing__next_deadline"),
            next_term_end=F("standing__next_term_end"),
        )
    )


def chips(filtered: Any, query: QueryDict) -> list[dict[str, str]]:
    """The filters in force, each with the address of the list without it."""
    found = []
    for field in filtered.form:
        value = filtered.form.cleaned_data.get(field.name)
        if value not in ("", None):
            rest = query.copy()
            rest.pop(field.name, None)
            rest.pop("page", None)
            shown = str(dict(getattr(field.field, "choices", [])).get(value, value))
            found.append({"label": str(field.label), "value": shown, "without": f"?{rest.urlencode()}"})
    return found


def _client_totals(clients: QuerySet[Client]) -> dict[str, Any]:
    totals = clients.order_by().aggregate(count=Count("pk"), annual=Sum("standing__annual_value"))
    return totals | {"monthly": monthly(totals["annual"] or Decimal(0))}


def _task_totals(tasks: QuerySet[Task]) -> dict[str, Any]:
    return {"count": tasks.count()}


def renewal_rows(user: User) -> QuerySet[Any]:
    """Terms that run or expired without a decision, with binding date, owner and value of each."""
    day = today()
    terms: TermQuerySet = ContractTerm.objects.visible_to(user)
    owners = Assignment.objects.on(day).filter(client=OuterRef("client"), role__in=Assignment.Role.owning())
    first = owners.order_by("-role")  # AM before AE
    rows: QuerySet[Any] = (
        (terms.running_on(day) | terms.undecided(day))
        .with_binding()
        .with_state(day)
        .select_related("client", "contract")
        .annotate(
            sort_name=Lower("client__legal_name"),
            owner_id=Subquery(first.values("user")[:1]),
            owner_name=Subquery(first.values("user__full_name")[:1]),
            annual_value=in_reporting_currency("value_due", day),
        )
    )
    return rows


def _renewal_totals(terms: QuerySet[ContractTerm]) -> dict[str, Any]:
    totals = terms.order_by().aggregate(count=Count("pk"), annual=Sum("annual_value"))
    return totals | {"monthly": monthly(totals["annual"] or Decimal(0))}


CLIENTS = Listing(
    "clients", "portfolio:client_export", client_rows, ClientFilter, ClientTable, _client_totals
)
TASKS = Listing(
    "tasks",
    "portfolio:task_export",
    lambda user: Task.objects.visible_to(user).filter(owner=user).select_related("client"),
    TaskFilter,
    TaskTable,
    _task_totals,
)

RENEWALS = Listing(
    "renewals", "portfolio:renewal_export", renewal_rows, RenewalFilter, RenewalTable, _renewal_totals
)


@require_safe
def client_list(request: AuthenticatedRequest) -> HttpResponse:
    return CLIENTS.page(
        request,
        "portfolio/client_list.html",
        may_create=may_create_clients(request.user, today()),
        may_merge=may_merge_clients(request.user),
    )


@require_safe
def client_export(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    return CLIENTS.export(request, kind)


@require_safe
def task_list(request: AuthenticatedRequest) -> HttpResponse:
    return TASKS.page(request, "portfolio/task_list.html")


@require_safe
def task_export(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    return TASKS.export(request, kind)


@require_safe
def renewal_list(request: AuthenticatedRequest) -> HttpResponse:
    return RENEWALS.page(request, "portfolio/renewal_list.html")


@require_safe
def renewal_export(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    return RENEWALS.export(request, kind)
