"""Forms of one's own account."""

from django import forms
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.models.user import Language, Salutation, Theme


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
