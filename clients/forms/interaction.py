from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField
from clients.models import Client, Contact, Interaction
from clients.models.interaction import Channel, Outcome
from clients.revisions import RevisionFormMixin

EARLIEST_YEAR = 1990  # year 1 in Jakarta is before year 1 in UTC, and no page could show it


class InteractionForm(RevisionFormMixin):
    """Three taps: how, how it went, save. Everything else may stay as it is."""

    channel = forms.ChoiceField(label=_("How"), choices=Channel.choices, widget=forms.RadioSelect)
    outcome = forms.ChoiceField(
        label=_("How it went"), choices=Outcome.choices, widget=forms.RadioSelect, initial=Outcome.GOOD
    )

    class Meta:
        model = Interaction
        fields = ("channel", "outcome", "contact", "happened_at", "summary", "next_step", "next_step_due")
        field_classes = {"next_step_due": DayField}
        widgets = {
            "happened_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "summary": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, client: Client, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        if not self.instance.channel:  # an empty one of the instance would hide the field's `initial`
            self.initial["channel"] = Channel.WHATSAPP
        chosen = Q(pk=self.instance.contact_id)  # stays choosable after she left
        contacts = Contact.objects.filter(Q(is_active=True) | chosen, client=client)
        self.fields["contact"].queryset = contacts  # type: ignore[attr-defined] # a ModelChoiceField

    def clean_happened_at(self) -> datetime:
        moment: datetime = self.cleaned_data["happened_at"]
        if moment.year < EARLIEST_YEAR:
            raise forms.ValidationError(_("This is too long ago."))
        if moment > self.now + timedelta(minutes=5):
            raise forms.ValidationError(
                _("This lies in the future; what is planned belongs into the next step.")
            )
        return moment

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("next_step_due") and not cleaned.get("next_step"):
            self.add_error("next_step", _("Say what the next step is."))
        if (
            cleaned.get("next_step")
            and not cleaned.get("next_step_due")
            and "next_step_due" not in self.errors
        ):
            self.add_error("next_step_due", _("Say by when."))
        due = cleaned.get("next_step_due")
        if due and not self.instance.pk and due < timezone.localdate(self.now):
            self.add_error("next_step_due", _("This day has passed already."))
        return cleaned
