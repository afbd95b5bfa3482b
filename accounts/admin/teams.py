from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import KeptInline, ModelForm, RunningFilter, TrackedAdmin
from accounts.models import Team, TeamMembership


class MembershipInline(KeptInline):
    model = TeamMembership
    autocomplete_fields = ("user", "team")
    classes = ("collapse",)


class TeamForm(ModelForm):
    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        parent = data.get("parent")
        if self.instance.pk and parent and self.instance.includes(parent):
            raise ValidationError({"parent": self.instance.circle_error(parent)})
        return data


@admin.register(Team)
class TeamAdmin(TrackedAdmin):
    form = TeamForm
    list_display = ("name", "parent")
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("parent",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)
    inlines = (MembershipInline,)

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        """The tree changes by `move_below` only, which holds the lock against circles."""
        if not (change and "parent" in form.changed_data):
            super().save_model(request, obj, form, change)
            return
        obj.save(update_fields=[name for name in form.changed_data if name != "parent"])
        obj.move_below(obj.parent)


@admin.register(TeamMembership)
class TeamMembershipAdmin(TrackedAdmin):
    list_display = ("user", "team", "role", "start", "end")
    list_filter = ("role", RunningFilter, "team")
    list_select_related = ("user", "team")
    search_fields = ("user__full_name", "team__name")
    autocomplete_fields = ("user", "team")
    date_hierarchy = "start"
    fieldsets = (
        (
            None,
            {
                "fields": ("user", "team", "role", ("start", "end")),
                "description": _("To move somebody, end this row and add another."),
            },
        ),
    )
