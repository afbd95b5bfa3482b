from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import KeptInline, ModelForm, RunningFilter, TabularInline, TrackedAdmin
from contracts.admin.amounts import with_currency
from contracts.models import Contract, ContractLine, Pause


class ContractForm(ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        earlier = self.fields.get("renewed_from")
        if isinstance(earlier, forms.ModelChoiceField):
            earlier.queryset = Contract.objects.filter(client=self.instance.client_id).exclude(
                pk=self.instance.pk
            )


class LineInline(TabularInline):
    """Lines of a draft may go; those of a signed contract end."""

    model = ContractLine
    extra = 0
    show_change_link = True
    autocomplete_fields = ("product",)
    fields = ("product", "quantity", "unit_price", "discount_percent", "period", "amount", "start", "end")
    readonly_fields = ("amount",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return isinstance(obj, Contract) and obj.is_draft and super().has_delete_permission(request, obj)


class PauseInline(KeptInline):
    model = Pause


@admin.register(Contract)
class ContractAdmin(TrackedAdmin):
    """For corrections. Signing, renewing, ending early are actions of the product, with its checks and previews."""

    form = ContractForm
    list_display = ("number", "client", "status", "start", "end", "auto_renew", "notice_on", "terminated_on")
    list_filter = (
        "status",
        RunningFilter,
        "auto_renew",
        "currency",
        ("notice_on", admin.EmptyFieldListFilter),
        ("terminated_on", admin.EmptyFieldListFilter),
    )
    list_select_related = ("client",)
    search_fields = ("number", "client__legal_name", "client__brand_name")
    date_hierarchy = "start"
    autocomplete_fields = ("client",)
    readonly_fields = ("created_at", "created_by")
    inlines = (LineInline, PauseInline)
    fieldsets = (
        (None, {"fields": ("number", "client", "status", "signed_on", "renewed_from")}),
        (_("Term"), {"fields": (("start", "end"), "auto_renew", "notice_days")}),
        (_("Money"), {"fields": ("currency", "payment_terms")}),
        (_("End"), {"fields": (("notice_on", "notice_by"), ("terminated_on", "termination_reason"))}),
        (_("Record"), {"fields": ("created_at", "created_by")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """A contract stays with its client; which one it renews is chosen among that client's, so after saving."""
        return (*self.readonly_fields, "client" if obj else "renewed_from")

    def save_model(self, request: HttpRequest, obj: Contract, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment] # admin pages are signed in
        super().save_model(request, obj, form, change)


@admin.register(ContractLine)
class ContractLineAdmin(TrackedAdmin):
    list_display = ("contract", "product", "quantity", "price", "discount_percent", "period", "start", "end")
    list_filter = ("product__family", "period")
    list_select_related = ("contract", "product")
    search_fields = ("contract__number", "contract__client__legal_name", "product__name")
    autocomplete_fields = ("contract", "product")
    readonly_fields = ("amount",)

    @admin.display(description=_("unit price"), ordering="unit_price")
    def price(self, line: ContractLine) -> str:
        return with_currency(line.unit_price, line.contract.currency)


@admin.register(Pause)
class PauseAdmin(TrackedAdmin):
    list_display = ("contract", "client", "start", "end", "reason")
    list_filter = (RunningFilter,)
    list_select_related = ("contract__client",)
    search_fields = ("contract__number", "contract__client__legal_name", "reason")
    autocomplete_fields = ("contract",)
    date_hierarchy = "start"

    @admin.display(description=_("client"))
    def client(self, pause: Pause) -> str:
        return str(pause.contract.client)
