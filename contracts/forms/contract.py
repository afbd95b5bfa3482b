from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField
from clients.revisions import RevisionFormMixin
from contracts.forms.money import MoneyField
from contracts.models import Contract, ContractLine, Product
from contracts.models.line import Period


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ContractForm(RevisionFormMixin):
    """The head of a draft. Whatever changes after the signature has an action of its own."""

    class Meta:
        model = Contract
        fields = (
            "number",
            "start",
            "end",
            "auto_renew",
            "notice_days",
            "currency",
            "payment_terms",
            "renewed_from",
        )
        field_classes = {"start": DayField, "end": DayField}
        widgets = {"start": day_input(), "end": day_input()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Contract.objects.signed().filter(client=self.instance.client).exclude(pk=self.instance.pk)
        self.fields["renewed_from"].queryset = others  # type: ignore[attr-defined] # a ModelChoiceField

    def clean_number(self) -> str:
        """At the field; the constraint, which ignores case, would speak above the form."""
        number: str = self.cleaned_data["number"]
        if Contract.objects.filter(number__iexact=number).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This contract number is in use already."))
        return number

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", _("The last day is before the first day."))
        if cleaned.get("auto_renew") and not end and "end" not in self.errors:
            self.add_error("end", _("A contract that renews by itself needs a last day."))
        return cleaned


class LineForm(RevisionFormMixin):
    """A line of a draft; without days of its own it has the contract's."""

    unit_price = MoneyField(label=_("Unit price"))

    class Meta:
        model = ContractLine
        fields = ("product", "quantity", "unit_price", "discount_percent", "period", "start", "end")
        field_classes = {"start": DayField, "end": DayField}
        widgets = {"start": day_input(), "end": day_input()}
        localized_fields = ("quantity", "discount_percent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        on_sale = Product.objects.filter(is_active=True)
        self.fields["product"].queryset = on_sale  # type: ignore[attr-defined] # a ModelChoiceField
        self.fields["quantity"].validators.append(MinValueValidator(Decimal("0.01")))
        self.fields["discount_percent"].validators += [MinValueValidator(0), MaxValueValidator(100)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        contract = self.instance.contract
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", _("The last day is before the first day."))
        if start and start < contract.start:
            self.add_error("start", _("This is before the contract's first day."))
        if end and contract.end and end > contract.end:
            self.add_error("end", _("This is after the contract's last day."))
        if cleaned.get("period") == Period.TERM and not (end or contract.end):
            self.add_error("end", _("A price for the whole term needs a last day."))
        return cleaned
