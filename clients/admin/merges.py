from django.contrib import admin

from accounts.admin.base import ReadOnlyAdmin, TrackedAdmin
from clients.models import ClientMerge


@admin.register(ClientMerge)
class ClientMergeAdmin(ReadOnlyAdmin, TrackedAdmin):
    """Merging and its undo are actions of the product; what is remembered for the undo is nobody's to read."""

    list_display = ("removed_name", "kept", "by", "at", "undone_by", "undone_at")
    list_filter = (("undone_at", admin.EmptyFieldListFilter),)
    list_select_related = ("kept", "by", "undone_by")
    search_fields = ("removed_name", "kept__legal_name")
    date_hierarchy = "at"
    fields = ("removed_name", "kept", "by", "at", "undone_by", "undone_at")
