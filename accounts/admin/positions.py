from typing import Any

from django import forms
from django.contrib import admin

from accounts.admin.base import ModelAdmin
from accounts.models import Position, Tier


@admin.register(Position)
class PositionAdmin(ModelAdmin):
    list_display = ("name", "track", "rank", "max_clients", "max_annual_value")
    list_filter = ("track",)
    search_fields = ("name",)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name != "tiers":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return forms.MultipleChoiceField(
            label=db_field.verbose_name,
            help_text=db_field.help_text,
            choices=Tier.choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
