from typing import Any

from django.contrib import admin
from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import TrackedAdmin
from accounts.admin.history import Entry, group_entries
from accounts.admin.teams import MembershipInline
from accounts.models import User

ONLY_SUPERUSERS = ("is_superuser", "user_permissions")


@admin.register(User)
class UserAdmin(TrackedAdmin):
    """People. Nobody types another person's password: notifications/admin/people.py sends invitations."""

    list_display = ("full_name", "email", "position", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "position", "groups")
    list_select_related = ("position",)
    search_fields = ("full_name", "preferred_name", "email")
    autocomplete_fields = ("position",)
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = ("last_login", "created_at")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", ("salutation", "full_name"), "preferred_name", "position", "phone")}),
        (_("Language and looks"), {"fields": ("language", "time_zone", "theme")}),
        (
            _("Rights"),
            {
                "fields": ("is_active", "is_staff", "groups", *ONLY_SUPERUSERS),
                "description": _(
                    "Which clients somebody sees follows from teams and assignments, not from here."
                ),
            },
        ),
        (_("Dates"), {"fields": ("last_login", "created_at")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Only a superuser makes superusers or gives single permissions; others give groups."""
        if request.user.is_superuser:
            return self.readonly_fields
        return (*self.readonly_fields, *ONLY_SUPERUSERS)

    def more_history(self, row: User, period: Q) -> list[Entry]:
        """Groups are rights; they stand in a table of their own."""
        return group_entries(row, period)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An administrator must not become a superuser by changing one's address and asking for a new password."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)
