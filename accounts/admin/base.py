"""What the admin pages of all rooms share: rows are kept, and their history is that of the triggers."""

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.history import Entry, entries_of, period_of
from accounts.days import today

if TYPE_CHECKING:
    from django import forms

    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    ModelForm = forms.ModelForm[Any]
else:
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.forms import ModelForm

__all__ = [
    "KeptInline",
    "ModelAdmin",
    "ModelForm",
    "ReadOnlyAdmin",
    "RunningFilter",
    "TabularInline",
    "TrackedAdmin",
]

ENTRIES_PER_PAGE = 50


class TrackedAdmin(ModelAdmin):
    """A model with change history: nothing is deleted, and “History” shows what the triggers wrote."""

    object_history_template = "admin/event_history.html"
    hidden_in_history: tuple[str, ...] = ()  # fields of which only the fact of a change is shown
    list_per_page = 50
    view_on_site = False  # the administration gives no right to the pages of the portfolio

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's page with our entries; Django still decides who may open it and what a missing row answers."""
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_view_or_change_permission(request, row):
            return super().history_view(request, object_id, extra_context)
        events = row.events.order_by("-pgh_id")
        page = self.get_paginator(request, events, ENTRIES_PER_PAGE).get_page(request.GET.get(PAGE_VAR))
        entries = entries_of(page, self.hidden_in_history) + self.more_history(row, period_of(page))
        entries.sort(key=attrgetter("at"), reverse=True)
        context = {"page": page, "page_var": PAGE_VAR, "entries": entries}
        return super().history_view(request, object_id, context | (extra_context or {}))

    def more_history(self, row: Any, period: Q) -> list[Entry]:
        """What else happened to the row in the time of a page, newest first."""
        return []


class ReadOnlyAdmin(ModelAdmin):
    """Rows that only the product writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class KeptInline(TabularInline):
    """Rows of a page that are ended, not deleted."""

    extra = 0
    can_delete = False
    show_change_link = True


class RunningFilter(admin.SimpleListFilter):
    """Dated rows in effect today, over, or not begun yet."""

    title = pgettext_lazy("filter", "in effect")
    parameter_name = "running"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("now", pgettext_lazy("in effect", "Today")),
            ("past", pgettext_lazy("in effect", "Over")),
            ("future", pgettext_lazy("in effect", "Not begun yet")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        day = today()
        rules = {
            "now": Q(start__lte=day) & (Q(end__isnull=True) | Q(end__gte=day)),
            "past": Q(end__lt=day),
            "future": Q(start__gt=day),
        }
        return queryset.filter(rules.get(self.value() or "", Q()))


admin.site.site_title = admin.site.site_header = "Setia"
admin.site.index_title = _("Administration")
