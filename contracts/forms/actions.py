"""What each action on a contract asks for. Every one is shown as the movement it causes before it is done."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import DayField, OnceForm
from clients.revisions import last_change, revision_of
from contracts.forms.contract import day_input
from contracts.forms.money import MoneyField
from contracts.models import Contract, ContractLine, Product
from contracts.models.line import Period
from contracts.renewing import following_term


class ActionForm(OnceForm):
    """An action on a locked contract: refused when the contract is no longer as its author saw it."""

    revision = forms.CharField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(widget=forms.HiddenInput, required=False)
    is_conflict = False

    def __init__(self, *args: Any, contract: Contract, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contract, self.day = contract, day
        self.current = revision_of(contract)
        self.fields["revision"].initial = self.current
        self.prepare()

    def prepare(self) -> None:
        """Fill in what can be known."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("revision") != self.current:
            self.is_conflict = True
            self.answer_with(revision=self.current, confirmed="")
            raise forms.ValidationError(
                _("The contract was changed meanwhile (%(change)s). Check again what you want to do."),
                params={"change": last_change(self.contract)},
            )
        return cleaned

    def _set(self, **initial: Any) -> None:
        for name, value in initial.items():
            self.fields[name].initial = value


class SignForm(ActionForm):
    signed_on = DayField(label=_("Signed on"), widget=day_input())

    def prepare(self) -> None:
        self._set(signed_on=self.day)

    def clean_signed_on(self) -> date:
        signed_on: date = self.cleaned_data["signed_on"]
        if signed_on > self.day:
            raise forms.ValidationError(_("A signature cannot lie in the future."))
        return signed_on


class LineFields(ActionForm):
    quantity = forms.DecimalField(
        label=_("Quantity"),
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
        localize=True,
        initial=1,
    )
    unit_price = MoneyField(label=_("Unit price"))
    discount_percent = forms.DecimalField(
        label=_("Discount %"),
        max_digits=5,
        decimal_places=2,
        min_value=0,
        max_value=100,
        localize=True,
        initial=0,
    )


class AmendForm(LineFields):
    """A running line at another price or quantity: the old one ends the day before."""

    from_day = DayField(label=_("In effect from"), widget=day_input())

    field_order = ("from_day", "quantity", "unit_price", "discount_percent")

    def __init__(self, *args: Any, line: ContractLine, **kwargs: Any) -> None:
        self.line = line
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        line = self.line
        self._set(
            from_day=max(self.day, line.first_day),
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
        )

    def clean_from_day(self) -> date:
        return _within_line(self.line, self.cleaned_data["from_day"])


class AddLineForm(LineFields):
    """One more product in a running contract."""

    from_day = DayField(label=_("In effect from"), widget=day_input())
    product = forms.ModelChoiceField(label=_("Product"), queryset=Product.objects.filter(is_active=True))
    period = forms.ChoiceField(label=_("Price per"), choices=Period.choices, initial=Period.MONTH)

    field_order = ("from_day", "product", "quantity", "unit_price", "discount_percent", "period")

    def prepare(self) -> None:
        self._set(from_day=max(self.day, self.contract.start))

    def clean_from_day(self) -> date:
        from_day: date = self.cleaned_data["from_day"]
        if from_day < self.contract.start or (self.contract.end and from_day > self.contract.end):
            raise forms.ValidationError(_("This day is outside of the contract."))
        return from_day


class EndLineForm(ActionForm):
    last_day = DayField(label=_("Last day in effect"), widget=day_input())

    def __init__(self, *args: Any, line: ContractLine, **kwargs: Any) -> None:
        self.line = line
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        self._set(last_day=max(self.day, self.line.first_day))

    def clean_last_day(self) -> date:
        return _within_line(self.line, self.cleaned_data["last_day"])


class NoticeForm(ActionForm):
    notice_on = DayField(label=_("Notice given on"), widget=day_input())
    notice_by = forms.ChoiceField(label=_("By"), choices=Contract.Party.choices, widget=forms.RadioSelect)

    def prepare(self) -> None:
        self._set(notice_on=self.day, notice_by=Contract.Party.CLIENT)

    def clean_notice_on(self) -> date:
        notice_on: date = self.cleaned_data["notice_on"]
        if notice_on > self.day:
            raise forms.ValidationError(_("A notice cannot lie in the future."))
        return notice_on


class TerminateForm(ActionForm):
    last_day = DayField(label=_("Last day in effect"), widget=day_input())
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def prepare(self) -> None:
        self._set(last_day=self.day)


class RenewForm(ActionForm):
    """A linked successor with the same lines, all prices changed by the same percentage."""

    number = forms.CharField(label=_("Contract number"), max_length=60)
    start = DayField(label=_("First day"), widget=day_input())
    end = DayField(label=_("Last day"), widget=day_input())
    price_change = forms.DecimalField(
        label=_("Price change %"),
        max_digits=5,
        decimal_places=2,
        min_value=-100,
        max_value=500,
        localize=True,
        initial=0,
        help_text=pgettext_lazy(
            "renewal", "0 = the same prices, 5 = five percent more, -10 = ten percent less."
        ),
    )
    auto_renew = forms.BooleanField(label=_("Renews by itself"), required=False)
    signed_on = DayField(label=_("Signed on"), widget=day_input())

    def prepare(self) -> None:
        old = self.contract
        start, end = following_term(old, self.day)
        self._set(
            start=start, end=end, auto_renew=old.auto_renew, signed_on=self.day, number=f"{old.number}-R"
        )

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].strip()
        if Contract.objects.filter(number__iexact=number).exists():
            raise forms.ValidationError(_("This contract number is in use already."))
        return number

    def clean_signed_on(self) -> date:
        signed_on: date = self.cleaned_data["signed_on"]
        if signed_on > self.day:
            raise forms.ValidationError(_("A signature cannot lie in the future."))
        return signed_on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and start <= self.contract.start:
            self.add_error("start", _("A renewal starts after the contract that it renews."))
        if start and end and end < start:
            self.add_error("end", _("The last day is before the first day."))
        return cleaned


class PauseForm(ActionForm):
    start = DayField(label=_("First paused day"), widget=day_input())
    end = DayField(
        label=_("Last paused day"),
        widget=day_input(),
        required=False,
        help_text=_("Empty = until it is resumed."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def prepare(self) -> None:
        self._set(start=self.day)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", _("The last day is before the first day."))
        if start and start < self.contract.start:
            self.add_error("start", _("This is before the contract's first day."))
        return cleaned


class ResumeForm(ActionForm):
    on = DayField(label=_("First day in effect again"), widget=day_input())

    def prepare(self) -> None:
        self._set(on=self.day)


def _within_line(line: ContractLine, day: date) -> date:
    if day < line.first_day or (line.last_day and day > line.last_day):
        raise forms.ValidationError(_("This day is outside of the line."))
    return day
