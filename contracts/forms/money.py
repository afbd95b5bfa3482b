"""Money as people type it: 8000000, 8.000.000, Rp 8.000.000,00, 8jt, 1,25 miliar (indonesia.md 4.1)."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import formats
from contracts.models.money import MOST

_SCALES = {
    "rb": 3, "ribu": 3, "k": 3, "thousand": 3,
    "jt": 6, "juta": 6, "million": 6,
    "miliar": 9, "mlr": 9, "billion": 9,
    "t": 12, "triliun": 12, "trillion": 12,
}  # fmt: skip
_AMOUNT = re.compile(
    r"^(?:rp\.?|[a-z]{3})?\s*(?P<number>[0-9.,]+)\s*(?P<scale>[a-z]*)$", re.IGNORECASE | re.ASCII
)
_PLAIN = re.compile(r"^\d+$", re.ASCII)
_INDONESIAN = re.compile(r"^(\d{1,3}(\.\d{3})+|\d+)(,\d{1,2})?$", re.ASCII)
_ENGLISH = re.compile(r"^(\d{1,3}(,\d{3})+|\d+)(\.\d{1,2})?$", re.ASCII)


def parse_amount(text: str, language: str) -> Decimal:
    """The amount in `text` with the separators of `language` ("id" or "en"). Never guesses: ValueError instead."""
    match = _AMOUNT.match(text.strip().replace("\N{NO-BREAK SPACE}", " "))
    if not match:
        raise ValueError(text)
    scale = match["scale"].lower()
    if scale and scale not in _SCALES:
        raise ValueError(text)
    amount = _number(match["number"], language, scaled=bool(scale)).scaleb(_SCALES.get(scale, 0))
    try:
        return amount.quantize(Decimal("0.01"))
    except InvalidOperation:  # more digits than Decimal reckons with
        raise ValueError(text) from None


def _number(text: str, language: str, *, scaled: bool) -> Decimal:
    if _PLAIN.match(text):
        return Decimal(text)
    if scaled and re.fullmatch(
        r"\d{1,3}[.,]\d{1,2}", text, re.ASCII
    ):  # 8.5jt and 8,5jt can mean only one thing
        return Decimal(text.replace(",", "."))
    if language == "id" and _INDONESIAN.match(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if language == "en" and _ENGLISH.match(text):
        return Decimal(text.replace(",", ""))
    raise ValueError(text)


class MoneyField(forms.CharField):
    """An amount of 0 or more with at most two decimals, as people type it; cleans to Decimal."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("For example 8.000.000, 8jt or 1,25 miliar."))
        super().__init__(max_length=40, **options)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return formats.number(value, 0 if value == value.to_integral_value() else 2)
        return value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        language = "en" if (translation.get_language() or "id").startswith("en") else "id"
        try:
            amount = parse_amount(text, language)
        except ValueError:
            raise forms.ValidationError(
                _("“%(text)s” is not an amount. Write for example %(example)s."),
                params={"text": text, "example": formats.number(Decimal("1234567.50"), 2)},
            ) from None
        if amount >= MOST:
            raise forms.ValidationError(_("This amount is too large."))
        return amount
