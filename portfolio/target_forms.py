"""What the two buttons of the targets page send, besides the fields of the grid."""

from decimal import Decimal
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import FormToken, User
from portfolio.target_entry import rate

LEAST_MORE, MOST_MORE = -100, 1000


class SaveForm(forms.Form):
    """`once`: a second click is not a second save."""

    once = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    def is_repeated(self) -> bool:
        """Whether this page was sent and acted upon before. Ask while `target_grid.lock` is held."""
        token = self.cleaned_data.get("once") if self.is_valid() else None
        return token is not None and FormToken.objects.filter(token=token).exists()

    def claim(self, user: User) -> None:
        FormToken.objects.claim(self.cleaned_data.get("once"), user)


class CopyForm(SaveForm):
    more = forms.CharField(required=False, max_length=20)

    def __init__(self, *args: object, is_percent: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # as Form takes them
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
