"""What the forms of every room use: a day, a page that is acted upon once. And the forms of one's own account."""

from datetime import date
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import FormToken, User
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


class OnceForm(forms.Form):
    """A page that is acted upon once, however often its button is pressed; see FormToken."""

    once = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    def is_repeated(self) -> bool:
        """Whether this page was sent and acted upon before: its own result must not look like a mistake.

        Asked before the form is checked; of two clicks at the same time the second may not know yet.
        """
        if not self.is_bound:
            return False
        try:
            token = self.fields["once"].clean(self["once"].value())
        except forms.ValidationError:
            return False
        return token is not None and FormToken.objects.filter(token=token).exists()

    def is_first_submission(self, user: User) -> bool:
        """Whether a valid form is to be acted upon now: False for the second of two clicks at the same time."""
        return FormToken.objects.claim(self.cleaned_data["once"], user)

    def answer_with(self, **values: str) -> None:
        """Put values into the hidden fields of the form that goes back to the page."""
        data = cast(QueryDict, self.data).copy()
        for name, value in values.items():
            data[name] = value  # `update` of a QueryDict would keep the old one beside it
        self.data = data


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
