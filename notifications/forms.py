"""How a person wants to hear of things."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils.dates import WEEKDAYS
from django.utils.translation import pgettext_lazy

from accounts.models import User
from notifications.models import DeliveryHours, Kind, Preference


class PreferenceForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    class Meta:
        model = Preference
        fields = ["in_app", "email"]


class DeliveryHoursForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    workdays = forms.TypedMultipleChoiceField(
        label=pgettext_lazy("delivery hours", "Days on which mails may come"),
        choices=[(number + 1, name) for number, name in WEEKDAYS.items()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = DeliveryHours
        fields = ["quiet_from", "quiet_until", "workdays"]
        widgets = {
            "quiet_from": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "quiet_until": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }


class PreferencesForm:
    """One form per kind of message and one for the hours, saved together."""

    def __init__(self, user: User, data: Any = None) -> None:
        self.user = user
        self.kinds = [PreferenceForm(data, prefix=kind, instance=_preference(user, kind)) for kind in Kind]
        self.hours = DeliveryHoursForm(data, instance=_hours(user))
        self.is_bound = data is not None

    def is_valid(self) -> bool:
        checked = [
            *(form.is_valid() for form in self.kinds),
            self.hours.is_valid(),
        ]  # all, to show every error
        return all(checked)

    @transaction.atomic
    def save(self) -> None:
        """Rows are made when somebody first differs from the default; a double click makes them once."""
        for form in self.kinds:
            Preference.objects.update_or_create(
                user=self.user, kind=form.instance.kind, defaults=form.cleaned_data
            )
        DeliveryHours.objects.update_or_create(user=self.user, defaults=self.hours.cleaned_data)


def _preference(user: User, kind: Kind) -> Preference:
    return Preference.objects.filter(user=user, kind=kind).first() or Preference(user=user, kind=kind)


def _hours(user: User) -> DeliveryHours:
    return DeliveryHours.objects.filter(user=user).first() or DeliveryHours(user=user)
