from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import FormToken


class CloseMonthForm(forms.Form):
    """Nothing to fill in; sent twice it is one closing."""

    once = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    def is_repeated(self) -> bool:
        """Whether this page was sent and acted upon before: its own result must not look like a mistake."""
        token = self.cleaned_data.get("once")
        return token is not None and FormToken.objects.filter(token=token).exists()


class ReopenMonthForm(CloseMonthForm):
    """`expected` is the closing that the page showed: a later one is not re-opened by an old page."""

    expected = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["reason"])
