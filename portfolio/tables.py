"""Columns of the lists: what a cell shows (`render_`), what it exports (`value_`) and how it sorts."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2.utils import signature

from accounts import formats
from accounts.days import today
from accounts.templatetags.icons import heroicon_mini
from clients.models import Client, Task
from contracts.models import ClientStanding, TermState
from contracts.values import monthly
from kpis.windows import Window
from portfolio.people import RENEWAL_DAYS, Holding
from portfolio.tiles import FEW, rows_url, told_share
from portfolio.viewpoints import Viewpoint

# On a phone a row is a card: a main cell, one beside it, further lines; the other cells are left out.
MAIN, LINE = {"td": {"class": "card-main"}}, {"td": {"class": "card-line"}}
NUMBER = {"th": {"class": "amount"}, "td": {"class": "amount card-side"}}
AMOUNT = {"th": {"class": "amount"}, "td": {"class": "amount"}}
NO_WRAP = {"td": {"class": "text-nowrap"}}

# Icon and word and colour, never colour alone.
STATUS = {
    ClientStanding.Status.PROSPECT: ("unknown", "minus-circle"),
    ClientStanding.Status.ONBOARDING: ("unknown", "clock"),
    ClientStanding.Status.ACTIVE: ("healthy", "check-circle"),
    ClientStanding.Status.LOST: ("risk", "x-circle"),
}


class Column(tables.Column):  # type: ignore[misc] # django-tables2 has no types
    """Sorts empty cells last in both directions, rows that are alike by age, so that pages never share a row."""

    def order(self, rows: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:
        by = F(str(self.accessor))
        return rows.order_by(
            by.desc(nulls_last=True) if is_descending else by.asc(nulls_last=True), "pk"
        ), True


def status_badge(value: str) -> SafeString:
    """The status of a client as a badge."""
    status = ClientStanding.Status(value)
    return badge(status.label, *STATUS[status])


def badge(label: Any, tone: str, icon: str) -> SafeString:
    """A word with icon and colour; `tone` is healthy, attention, risk or unknown."""
    return format_html(
        '<span class="status-badge status-{}">{}{}</span>', tone, heroicon_mini(icon, size=16), label
    )


class ListTable(tables.Table):  # type: ignore[misc] # django-tables2 has no types
    """A table of the lists: a cell's attributes follow from its column alone, what it shows from value and record."""

    def lines(self) -> Iterator[list[tuple[SafeString, Any]]]:
        """Rows of the page for the template, each cell with its attributes.

        What is the same for a whole column is worked out once; django-tables2 itself asks again for every cell how
        it is drawn, which was half the time of a page.
        """
        columns = [(column.attrs["td"].as_html(), self._draw(column)) for column in self.columns]
        for row in self.paginated_rows:
            yield [(attributes, draw(row)) for attributes, draw in columns]

    @staticmethod
    def _draw(column: Any) -> Callable[[Any], Any]:
        """What shows the column's cell of a row, as `BoundRow.get_cell` does for columns without links or choices."""
        if isinstance(column.column, tables.TemplateColumn):
            return lambda row: row.get_cell(column.name)
        wanted, _rest = signature(column.render)
        empty, default = column.column.empty_values, column.default

        def draw(row: Any) -> Any:
            value = column.accessor.resolve(row.record, quiet=True)
            if value in empty:
                return default
            given = {"value": value, "record": row.record}
            return column.render(**{name: given[name] for name in wanted})

        return draw


class ClientTable(ListTable):
    name = Column(accessor="sort_name", verbose_name=_("Client"), attrs=MAIN)
    owner = Column(accessor="owner_name", verbose_name=_("Responsible"))
    status = Column(verbose_name=_("Status"), attrs=LINE)
    value = Column(accessor="annual_value", verbose_name=_("Monthly value (MRR)"), attrs=NUMBER)
    last_contact = Column(accessor="last_contact_at", verbose_name=_("Last contact"), attrs=NO_WRAP)
    deadline = Column(accessor="next_deadline", verbose_name=_("Binding date"), attrs=NO_WRAP)
    end = Column(accessor="next_term_end", verbose_name=_("Ends"), attrs=NO_WRAP)
    next_step = Column(accessor="next_step_due", verbose_name=_("Next step"), attrs=LINE, default="")

    class Meta:
        order_by = "name"

    def render_name(self, record: Client) -> SafeString:
        return format_html(
            '<a class="fw-semibold" href="{}">{}</a><div class="text-secondary small">{}</div>',
            record.get_absolute_url(),
            record,
            " · ".join(filter(None, [record.get_tier_display(), record.brand_name, record.city])),
        )

    def value_name(self, record: Client) -> str:
        return str(record)

    def render_status(self, value: str) -> SafeString:
        return status_badge(value)

    def value_status(self, value: str) -> str:
        return str(ClientStanding.Status(value).label)

    def render_value(self, value: Decimal) -> str:
        return formats.money(monthly(value))

    def value_value(self, value: Decimal | None) -> Decimal | None:
        return None if value is None else monthly(value)

    def render_last_contact(self, value: datetime) -> str:
        return formats.day(timezone.localdate(value))

    def value_last_contact(self, value: datetime | None) -> date | None:
        return timezone.localdate(value) if value else None

    def render_deadline(self, value: date) -> str:
        return formats.day(value)

    def value_deadline(self, value: date | None) -> date | None:
        return value

    def render_end(self, value: date) -> str:
        return formats.day(value)

    def value_end(self, value: date | None) -> date | None:
        return value

    def render_next_step(self, record: Any, value: date) -> SafeString:
        return format_html(
            '{}<div class="text-secondary small">{}</div>', record.next_step, formats.day(value)
        )

    def value_next_step(self, record: Any) -> str:
        return record.next_step or ""


TERM_STATE = {
    TermState.UNDECIDED: ("attention", "clock"),
    TermState.EXPIRED: ("risk", "exclamation-triangle"),
    TermState.RENEWED: ("healthy", "check-circle"),
    TermState.LET_RENEW: ("healthy", "arrow-path"),
    TermState.ENDS: ("unknown", "minus-circle"),
}


class RenewalTable(ListTable):
    client = Column(accessor="sort_name", verbose_name=_("Client"), attrs=MAIN)
    binding = Column(verbose_name=_("Binding date"), attrs={"td": {"class": "text-nowrap card-side"}})
    state = Column(verbose_name=pgettext_lazy("renewal", "State"), attrs=LINE)
    end = Column(accessor="last_day", verbose_name=_("Ends"), attrs=NO_WRAP)
    value = Column(
        accessor="annual_value",
        verbose_name=_("Monthly value (MRR)"),
        attrs={"th": {"class": "amount"}, "td": {"class": "amount card-line"}},
    )
    owner = Column(accessor="owner_name", verbose_name=_("Responsible"))

    class Meta:
        order_by = "binding"

    def render_client(self, record: Any) -> SafeString:
        return format_html(
            '<a class="fw-semibold" href="{}">{}</a>'
            '<div class="small"><a class="d-inline-block py-1" href="{}">{}</a></div>',
            record.client.get_absolute_url(),
            record.client,
            record.contract.get_absolute_url(),
            record.contract,
        )

    def value_client(self, record: Any) -> str:
        return f"{record.client} ({record.contract})"

    def render_binding(self, value: date) -> str:
        return formats.day(value) + formats.near(value, today())

    def value_binding(self, value: date) -> date:
        return value

    def render_state(self, value: str) -> SafeString:
        return badge(TermState(value).label, *TERM_STATE[TermState(value)])

    def value_state(self, value: str) -> str:
        return str(TermState(value).label)

    def render_end(self, value: date) -> str:
        return formats.day(value)

    def value_end(self, value: date) -> date:
        return value

    def render_value(self, value: Decimal) -> str:
        return formats.money(monthly(value))

    def value_value(self, value: Decimal | None) -> Decimal | None:
        return None if value is None else monthly(value)


class TaskTable(ListTable):
    title = Column(verbose_name=_("Task"), attrs=MAIN)
    client = Column(accessor="client__legal_name", verbose_name=_("Client"), attrs=LINE)
    due = Column(
        accessor="due_on",
        verbose_name=pgettext_lazy("task", "Due"),
        attrs={"td": {"class": "text-nowrap card-side"}},
    )
    state = Column(accessor="done_at", verbose_name=pgettext_lazy("task", "State"), empty_values=())
    actions = tables.TemplateColumn(
        template_name="clients/_task_actions.html",
        verbose_name=_("Actions"),
        orderable=False,
        exclude_from_export=True,
        attrs=LINE,
    )

    class Meta:
        order_by = "due"

    def render_client(self, record: Task) -> SafeString:
        return format_html('<a href="{}">{}</a>', record.client.get_absolute_url(), record.client)

    def value_client(self, record: Task) -> str:
        return str(record.client)

    def render_due(self, value: date) -> str:
        return formats.day(value)

    def value_due(self, value: date) -> date:
        return value

    def render_state(self, record: Task) -> str:
        return self._state(record)

    def value_state(self, record: Task) -> str:
        return self._state(record)

    @staticmethod
    def _state(task: Task) -> str:
        if task.done_at:
            return str(pgettext_lazy("task state", "Done"))
        if task.snoozed_until:
            return _("Put off until %(day)s") % {"day": formats.day(task.snoozed_until)}
        return str(pgettext_lazy("task state", "Open"))


def _total(name: str) -> Callable[..., Any]:
    """Of everybody, also of those on the other pages."""
    return lambda table: formats.number(sum(getattr(record, name) for record in table.data))


def _total_value(table: Any) -> str:
    amounts = [record.annual for record in table.data]
    return formats.DASH if None in amounts else formats.money(monthly(sum(amounts, Decimal(0))))


class PeopleTable(ListTable):
    """Rows are `portfolio.people.Holding`. Retention is not sorted by: few clients allow no ranking (kpis.md R9)."""

    name = tables.Column(verbose_name=_("Person"), attrs=MAIN, footer=_("Total"))
    clients = tables.Column(verbose_name=_("Active clients"), attrs=AMOUNT, footer=_total("clients"))
    value = tables.Column(
        accessor="annual", verbose_name=_("Monthly value (MRR)"), attrs=NUMBER, footer=_total_value
    )
    retention = tables.Column(
        verbose_name=_("Client retention, 12 months"), orderable=False, attrs=LINE, empty_values=()
    )
    renewals = tables.Column(verbose_name=_("Renewals in 90 days"), attrs=AMOUNT, footer=_total("renewals"))
    alerts = tables.Column(verbose_name=_("Open alerts"), attrs=AMOUNT, footer=_total("alerts"))

    def __init__(self, *args: Any, point: Viewpoint, window: Window | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.point, self.window = point, window

    def render_name(self, record: Holding) -> SafeString | str:
        if record.linked is None:
            return record.name
        query = urlencode({"owner": record.linked.pk})
        return format_html(
            '<a class="fw-semibold" href="{}?{}">{}</a>', reverse("portfolio:client_list"), query, record.name
        )

    def value_name(self, record: Holding) -> str:
        return record.name

    def render_value(self, record: Holding) -> SafeString | str:
        if record.linked is None or record.annual is None:
            return formats.money(None if record.annual is None else monthly(record.annual))
        url = rows_url(Viewpoint.of_person(record.linked, self.point.role), "value")
        return format_html('<a href="{}">{}</a>', url, formats.money(monthly(record.annual)))

    def value_value(self, record: Holding) -> Decimal | None:
        return None if record.annual is None else monthly(record.annual)

    def render_retention(self, record: Holding) -> SafeString | str:
        told = self.value_retention(record)
        if record.linked is None or not record.retention.denominator or not self.window:
            return told
        url = rows_url(Viewpoint.of_person(record.linked, self.point.role), "logo_retention", self.window)
        return format_html('<a href="{}">{}</a>', url, told)

    def value_retention(self, record: Holding) -> str:
        value, base = told_share(record.retention)
        if not record.retention.denominator:
            return value
        return value if record.retention.denominator < FEW else f"{value} ({base})"

    def render_renewals(self, record: Holding) -> SafeString | str:
        if record.linked is None or not record.renewals:
            return formats.number(record.renewals)
        query = urlencode({"owner": record.linked.pk, "days": RENEWAL_DAYS})
        return format_html(
            '<a href="{}?{}">{}</a>',
            reverse("portfolio:renewal_list"),
            query,
            formats.number(record.renewals),
        )

    def value_renewals(self, record: Holding) -> int:
        return record.renewals
