from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.forms.contract import day_input


class AcknowledgeForm(forms.Form):
    reason = forms.CharField(label=_("What is being done"), max_length=300)


class SnoozeAlertForm(forms.Form):
    until = forms.DateField(label=_("Until"), widget=day_input())
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
