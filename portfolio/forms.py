"""What the pages of months and of targets send, besides the fields of the grid."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import OnceForm
from portfolio.target_entry import rate

LEAST_MORE, MOST_MORE = -100, 1000


class ReopenMonthForm(OnceForm):
    """`expected` is the closing that the page showed: a later one is not re-opened by an old page."""

    expected = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    field_order = ("reason",)


class CopyTargetsForm(OnceForm):
    more = forms.CharField(required=False, max_length=20)

    def __init__(self, *args: Any, is_percent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["more"]
        field.label = _("Raise by per cent") if is_percent else _("Raise by points")
        field.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "class": "form-control"})

    def clean_more(self) -> Decimal:
        text = self.cleaned_data["more"]
        try:
            value = rate(text) if text else Decimal(0)
        except ValueError:
            value = None
        if value is None or not LEAST_MORE <= value <= MOST_MORE:
            raise forms.ValidationError(
                _("“%(text)s” is not a number between -100 and 1,000. Write for example 5 or 2,5."),
                params={"text": text},
            )
        return value
