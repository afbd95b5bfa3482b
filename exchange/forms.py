"""What the pages of imports send."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.forms import OnceForm
from exchange.datasets import Dataset
from exchange.importing.lines import Mapping
from exchange.models import ApiToken, Export
from exchange.reading.files import Kind, UnreadableFileError, recognise
from exchange.reading.sheets import DECIMALS, ENCODINGS, MAX_BYTES, ORDERS, SEPARATORS, Notation
from exchange.reading.suggest import Finding, Suggestion

NOWHERE, FIXED = "", "fixed"


class UploadForm(OnceForm):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or Excel (XLSX), at most 10 MB and 20,000 lines."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def clean_file(self) -> Any:
        """Recognised by what is in it; read no further than needed to refuse it."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("This file is too large: at most 10 MB are possible."))
        try:
            recognise(data := file.read())
        except UnreadableFileError as error:
            raise forms.ValidationError(str(error)) from None
        self.cleaned_data["data"] = data
        return file


class NotationForm(forms.Form):
    """How the file writes text, numbers and days. What the file itself does not decide has no first choice."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), choices=list(ENCODINGS.items()))
    separator = forms.ChoiceField(
        label=pgettext_lazy("of a CSV file", "Separator"), choices=list(SEPARATORS.items())
    )
    decimal = forms.ChoiceField(label=pgettext_lazy("notation", "Numbers"), choices=list(DECIMALS.items()))
    order = forms.ChoiceField(label=pgettext_lazy("notation", "Days"), choices=list(ORDERS.items()))
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"))
    header = forms.IntegerField(
        label=gettext_lazy("Line of the headings"),
        min_value=1,
        required=False,
        help_text=gettext_lazy("Empty: the first line with two filled cells."),
    )

    def __init__(self, *args: Any, suggestion: Suggestion, sheets: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("encoding", "separator", "decimal", "order"):
            self._offer(name, getattr(suggestion, name))
        if suggestion.kind == Kind.XLSX:  # its program wrote down what a CSV leaves open
            del self.fields["encoding"], self.fields["separator"]
        self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined] # a ChoiceField
        self.fields["sheet"].initial = suggestion.sheet
        if len(sheets) < 2:
            del self.fields["sheet"]

    def _offer(self, name: str, finding: Finding) -> None:
        field: Any = self.fields[name]
        is_open = finding.value is None and finding.samples
        field.initial = "" if is_open else finding.offered
        if is_open:
            field.choices = [("", "…"), *field.choices]
            cells = ", ".join(f"“{text}”" for text in finding.samples)
            field.help_text = _("The file itself does not decide this. In it stands %(cells)s.") % {
                "cells": cells
            }

    @property
    def offered(self) -> dict[str, Any]:
        """What the file itself decides or what is usual; an open question is an empty text."""
        return {name: field.initial for name, field in self.fields.items()}

    def notation(self) -> Notation:
        return Notation(**{name: value for name, value in self.cleaned_data.items() if value})


class MappingForm(forms.Form):
    """For each column of the dataset: where it stands in the file, or the same text for every line."""

    def __init__(
        self, *args: Any, dataset: Dataset, header: tuple[str, ...], mapping: Mapping, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.dataset = dataset
        choices = [
            (NOWHERE, _("not in the file")),
            *((str(number), heading) for number, heading in enumerate(header)),
            (FIXED, _("the same for every line:")),
        ]
        for column in dataset.columns:
            place = mapping.places.get(column.name, FIXED if column.name in mapping.fixed else NOWHERE)
            self.fields[column.name] = forms.ChoiceField(
                label=str(column.label), choices=choices, required=False, initial=str(place)
            )
            self.fields[f"{column.name}-text"] = forms.CharField(
                label=_("%(column)s, the same for every line") % {"column": column.label},
                max_length=200,
                required=False,
                initial=mapping.fixed.get(column.name, ""),
            )

    def rows(self) -> list[tuple[Any, Any, Any]]:
        """Column of the dataset, its choice, its text for every line."""
        return [(column, self[column.name], self[f"{column.name}-text"]) for column in self.dataset.columns]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        used: dict[str, str] = {}
        for column in self.dataset.columns:
            place = cleaned.get(column.name, NOWHERE)
            if place not in (NOWHERE, FIXED):
                if place in used:
                    text = _("This column of the file is used for “%(other)s” already.")
                    self.add_error(column.name, text % {"other": used[place]})
                used[place] = str(column.label)
            if place == FIXED and not cleaned.get(f"{column.name}-text"):
                self.add_error(f"{column.name}-text", _("Write what shall stand in every line."))
        if not any(cleaned.get(column.name) for column in self.dataset.columns):
            raise forms.ValidationError(_("Choose at least one column."))
        return cleaned

    def mapping(self) -> Mapping:
        places, fixed = {}, {}
        for column in self.dataset.columns:
            place = self.cleaned_data[column.name]
            if place == FIXED:
                fixed[column.name] = self.cleaned_data[f"{column.name}-text"]
            elif place != NOWHERE:
                places[column.name] = int(place)
        return Mapping(places, fixed)


class ExportForm(OnceForm):
    kind = forms.ChoiceField(choices=Export.Kind)


class TokenForm(OnceForm):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=ApiToken._meta.get_field("name").help_text
    )
    scope = forms.ChoiceField(label=pgettext_lazy("token", "May"), choices=ApiToken.Scope)


class ApplyForm(OnceForm):
    leaves_out_errors = forms.BooleanField(required=False)
