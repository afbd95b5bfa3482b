from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField
from clients.models import Task
from clients.models.task import MOST_SNOOZES
from clients.revisions import RevisionFormMixin


class TaskForm(RevisionFormMixin):
    class Meta:
        model = Task
        fields = ("title", "due_on")
        field_classes = {"due_on": DayField}


class SnoozeForm(RevisionFormMixin):
    """Put a task off; from the fourth time on only with a reason."""

    class Meta:
        model = Task
        fields: tuple[str, ...] = ()  # `Task.snooze` writes

    until = DayField(label=_("Until"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["until"].initial = today + timedelta(days=1)
        self.fields["reason"].required = self.instance.snoozes >= MOST_SNOOZES
        if self.fields["reason"].required:
            self.fields["reason"].help_text = _("This task was put off three times already.")

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= self.today:
            raise forms.ValidationError(_("Choose a day after today."))
        return until
