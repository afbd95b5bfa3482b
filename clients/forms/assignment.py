from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField
from accounts.models import Team, TeamMembership, User
from clients.models import Assignment


def may_own(by: User, day: date) -> "Any":
    """People to whom `by` may give clients: active, member or lead of a team of her tree on `day`."""
    tree = Team.objects.below(Team.objects.led_by(by, day))
    posts = TeamMembership.objects.on(day).filter(team__in=tree, role__in=TeamMembership.Role.credited())
    return User.objects.filter(is_active=True, pk__in=posts.values("user"))


class AssignForm(forms.Form):
    """A first owner, or a replacement with a reason; `expected` is the assignment that the page showed."""

    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)
    user = forms.ModelChoiceField(label=_("New owner"), queryset=User.objects.none())
    start = DayField(label=_("From"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    is_conflict = False

    def __init__(self, *args: Any, by: User, day: date, latest: Assignment | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        self.fields["user"].queryset = may_own(by, day)  # type: ignore[attr-defined] # a ModelChoiceField
        self.fields["start"].initial = day
        self.fields["expected"].initial = latest and latest.pk
        self.fields["reason"].required = latest is not None

    def clean_start(self) -> date:
        start: date = self.cleaned_data["start"]
        if start < self.day:
            raise forms.ValidationError(_("Choose today or a later day."))
        return start

    def refuse(self, reason: str, latest: Assignment | None) -> None:
        """Somebody was faster: say so, keep what was typed, and let the next try know what it replaces."""
        self.is_conflict = True
        data = self.data.copy()  # type: ignore[attr-defined] # a QueryDict
        data["expected"] = latest.pk if latest else ""
        self.data = data
        self.add_error(None, reason)
