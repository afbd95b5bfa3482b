"""Forms of one's own account, and the field for a day that the forms of every room use."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.models.user import Language, Salutation, Theme


class DayField(forms.DateField):
    """A calendar day. A year far off is a typing mistake, and one that no calculation with days survives."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**options)
        text = _("Check the year.")
        self.validators += [
            MinValueValidator(date(1990, 1, 1), text),
            MaxValueValidator(date(2199, 12, 31), text),
        ]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    """What a person may change about herself; e-mail, position and rights belong to the administration."""

    salutation = forms.ChoiceField(
        label=pgettext_lazy("person", "Salutation"),
        choices=[("", pgettext_lazy("salutation", "Not stated")), *Salutation.choices],
        required=False,
    )

    class Meta:
        model = User
        fields = ["full_name", "preferred_name", "salutation", "phone", "language", "time_zone", "theme"]
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "preferred_name": forms.TextInput(attrs={"autocomplete": "nickname"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=Language)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=Theme)
