"""Columns of the lists: what a cell shows (`render_`), what it exports (`value_`) and how it sorts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from heroicons.templatetags.heroicons import heroicon_mini

from accounts import formats
from accounts.days import today
from clients.models import Client, Task
from contracts.models import ClientStanding, TermState
from contracts.values import monthly

# On a phone a row is a card: a main cell, one beside it, further lines; the other cells are left out.
MAIN, LINE = {"td": {"class": "card-main"}}, {"td": {"class": "card-line"}}
NUMBER = {"th": {"class": "amount"}, "td": {"class": "amount card-side"}}
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


class ClientTable(tables.Table):  # type: ignore[misc] # django-tables2 has no types
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


class RenewalTable(tables.Table):  # type: ignore[misc] # django-tables2 has no types
    client = Column(accessor="sort_name", verbose_name=_("Client"), attrs=MAIN)
    binding = Column(verbose_name=_("Binding date"), attrs={"td": {"class": "text-nowrap card-side"}})
    state = Column(verbose_name=pgettext_lazy("renewal", "State"), attrs=LINE)
    end = Column(accessor="last_day", verbose_name=_("Ends"), attrs=NO_WRAP)
    value = Column(
        accessor="annual_value",
        verbose_name=_("Monthly value (MRR)"),
        attrs={"th": {"class": "amount"}, "td": {"class": "amount card-line"}},
    )
    owner = Column(accessor="owner_name", verbose_name=_("Responsible"), attrs=LINE)

    class Meta:
        order_by = "binding"

    def render_client(self, record: Any) -> SafeString:
        return format_html(
            '<a class="fw-semibold" href="{}">{}</a><div class="small"><a href="{}">{}</a></div>',
            record.client.get_absolute_url(),
            record.client,
            record.contract.get_absolute_url(),
            record.contract,
        )

    def value_client(self, record: Any) -> str:
        return f"{record.client} ({record.contract})"

    def render_binding(self, value: date) -> SafeString:
        near = formats.is_near(value, today())
        return format_html(
            '{}<div class="text-secondary small">{}</div>',
            formats.day(value),
            formats.distance(value, today()) if near else "",
        )

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


class TaskTable(tables.Table):  # type: ignore[misc] # django-tables2 has no types
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
