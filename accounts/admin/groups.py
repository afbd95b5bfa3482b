from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as _auth  # noqa: F401 - registers what is replaced below
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext

HOUSE = ["accounts", "notifications", "clients", "contracts", "kpis", "exchange", "auth", "mfa"]


class PermissionChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg] # generic in the stubs only
    """Permissions in words: Django stores their names in English."""

    def label_from_instance(self, obj: Any) -> str:
        verb = {
            "add": pgettext("permission", "add"),
            "change": pgettext("permission", "change"),
            "delete": pgettext("permission", "delete"),
            "view": pgettext("permission", "view"),
        }.get(obj.codename.removesuffix(f"_{obj.content_type.model}"))
        return f"{obj.content_type.name}: {verb or gettext(obj.name)}"


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    """Rights that do not follow from teams and assignments."""

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        if db_field.name == "permissions":
            kwargs["form_class"] = PermissionChoice
            kwargs["queryset"] = (
                Permission.objects.select_related("content_type")
                .filter(content_type__app_label__in=HOUSE)
                .exclude(content_type__model__endswith="event")
            )
        return super().formfield_for_manytomany(db_field, request=request, **kwargs)
