from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField
from clients.revisions import RevisionFormMixin
from contracts.models import RenewalAlert
from contracts.models.alert import MOST_SNOOZES


class AcknowledgeForm(RevisionFormMixin):
    class Meta:
        model = RenewalAlert
        fields: tuple[str, ...] = ()  # `RenewalAlert.acknowledge` writes

    reason = forms.CharField(label=_("What is being done"), max_length=300)


class SnoozeAlertForm(RevisionFormMixin):
    class Meta:
        model = RenewalAlert
        fields: tuple[str, ...] = ()  # `RenewalAlert.snooze` writes

    until = DayField(label=_("Until"))
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        self.fields["until"].initial = day + timedelta(days=7)

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= self.day:
            raise forms.ValidationError(_("Choose a day after today."))
        return until

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.instance.snoozes >= MOST_SNOOZES:
            raise forms.ValidationError(_("An alert can be snoozed three times."))
        return cleaned
