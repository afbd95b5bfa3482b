from django.contrib import admin

from accounts.admin.base import ReadOnlyAdmin, TrackedAdmin
from kpis.models import MonthClose


@admin.register(MonthClose)
class MonthCloseAdmin(ReadOnlyAdmin, TrackedAdmin):
    """Closing and re-opening are actions of the product, which also keep and give up the numbers."""

    list_display = ("first_day", "closed_at", "closed_by", "reopened_at", "reopened_by", "reason")
    list_filter = (("reopened_at", admin.EmptyFieldListFilter),)
    list_select_related = ("closed_by", "reopened_by")
    search_fields = ("reason",)
    autocomplete_fields = ("closed_by", "reopened_by")
    date_hierarchy = "first_day"
