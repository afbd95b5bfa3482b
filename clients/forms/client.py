from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.id import npwp as npwp_rules

from accounts.models import User
from clients.models import Client
from clients.models.names import split_name
from clients.models.npwp import npwp_from
from clients.revisions import RevisionFormMixin


class ClientForm(RevisionFormMixin):
    """Master data. Owner, tier and status change by their own actions."""

    class Meta:
        model = Client
        fields = (
            "legal_form",
            "legal_name",
            "brand_name",
            "code",
            "industry",
            "npwp",
            "nib",
            "parent",
            "street",
            "rt_rw",
            "village",
            "district",
            "city",
            "province",
            "postal_code",
            "time_zone",
            "payment_days",
            "source",
        )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = Client.objects.visible_to(user)
        if self.instance.parent_id and not seen.filter(pk=self.instance.parent_id).exists():
            del self.fields["parent"]  # neither shown to, nor lost by, somebody who may not see it
        else:
            self.fields["parent"].queryset = seen.exclude(pk=self.instance.pk)  # type: ignore[attr-defined] # a ModelChoiceField
        self.fields["npwp"].max_length = None  # type: ignore[attr-defined] # dots and dashes are taken out first
        self.fields["npwp"].widget.attrs.update({"maxlength": 30, "inputmode": "numeric"})
        self.fields["npwp"].validators.clear()
        for name in ("nib", "postal_code"):
            self.fields[name].widget.attrs["inputmode"] = "numeric"

    def clean_legal_name(self) -> str:
        form, name = split_name(self.cleaned_data["legal_name"])
        if form:
            self.cleaned_data["legal_form"] = form
        return name

    def clean_npwp(self) -> str:
        typed = self.cleaned_data["npwp"]
        try:
            return npwp_from(typed) if typed else ""
        except ValueError as error:
            text = _("The NPWP must have 15 or 16 digits; you entered %(n)d.")
            raise forms.ValidationError(text, params={"n": error.args[0]}) from None

    def npwp_warning(self) -> str:
        """A sentence if the check digits look wrong. Only a warning: genuine numbers fail the check too."""
        digits = self.cleaned_data.get("npwp", "")
        try:
            if digits:
                npwp_rules.validate(digits)
        except StdnumError:
            return str(
                _("The check digit of the NPWP does not match. It was saved; have another look at it.")
            )
        return ""


class NewClientForm(ClientForm):
    """A new client; a name that is known already needs a second look."""

    confirmed = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user: User = kwargs["user"]
        self.duplicates: list[Client] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        name = cleaned.get("legal_name")
        if not name or cleaned.get("confirmed") or self.errors:
            return cleaned
        alike = Client.objects.named_like(name)
        if alike.exists():
            self.duplicates = list(alike.visible_to(self.user)[:5])
            self.answer_with(confirmed="on")
            raise forms.ValidationError(self._warning())
        return cleaned

    def _warning(self) -> SafeString:
        links = format_html_join(
            ", ", '<a href="{}">{}</a>', ((client.get_absolute_url(), client) for client in self.duplicates)
        )
        where = links or gettext("in a portfolio that you cannot open")
        text = gettext("A client of this name is there already: {}. Save again if this is another one.")
        return format_html(text, where)


class TierForm(RevisionFormMixin):
    class Meta:
        model = Client
        fields = ("tier",)
