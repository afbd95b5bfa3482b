from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.merging.choices import Choice, open_choices, usual
from clients.revisions import revision_of

KEPT, REMOVED = "kept", "removed"


class MergeForm(forms.Form):
    """Which values the survivor takes from the merged client; asks again if either changed since the page was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    is_conflict = False

    def __init__(self, *args: Any, kept: Any, removed: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept, self.removed = kept, removed
        self.choices: list[Choice] = open_choices(user, kept, removed, leads=kept.acts["lead"])
        self.usual = usual(kept, removed)
        self.current = f"{revision_of(kept)} {revision_of(removed)}"
        self.initial["seen"] = self.current
        for each in self.choices:
            self.fields[each.name] = forms.ChoiceField(
                label=each.label,
                choices=[(side, str(client)) for side, client in ((KEPT, kept), (REMOVED, removed))],
                initial=REMOVED if each.name in self.usual else KEPT,
                widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("seen") != self.current:
            self.is_conflict = True
            self.data = {**self.data, "seen": self.current}  # the next click knows what it has seen
            raise forms.ValidationError(
                _("One of the two was changed meanwhile. Have another look, then merge again.")
            )
        return cleaned

    def takes(self) -> set[str]:
        """What the survivor takes; where there was no choice, what it lacks."""
        asked = {each.name for each in self.choices}
        chosen = {name for name in asked if self.cleaned_data[name] == REMOVED}
        return chosen | (self.usual - asked - {"tier"})

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """What differs, side by side, each value with its radio button."""
        pair = [(self.kept, self.removed), (self.removed, self.kept)]
        return [
            {
                "label": each.label,
                "errors": self[each.name].errors,
                "sides": [
                    {"radio": radio, "value": each.shown(client, other), "of": client}
                    for radio, (client, other) in zip(self[each.name], pair, strict=True)
                ],
            }
            for each in self.choices
        ]
