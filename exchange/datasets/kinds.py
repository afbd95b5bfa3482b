"""What stands in a column: how a cell is read, how a value is shown and how it goes into a file.

Whatever `written` gives, `read` takes back unchanged; a test holds every kind to it.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber, to_python

from accounts import formats
from clients.models.npwp import is_personal, masked, npwp_from
from exchange.reading.files import Cell, Notation
from exchange.reading.values import CellError, day, number, text_of, yes_no

LONGEST_PHONE = 20  # E.164 has fifteen digits
Exported = str | Decimal | date | None


class Kind(ABC):
    """One way to read a cell that is not empty."""

    @abstractmethod
    def read(self, cell: Cell, notation: Notation) -> Any:
        """The value of a cell. Raises CellError, whose text says what would be right."""

    def shown(self, value: Any) -> str:
        """The value as a person reads it; "" for nothing."""
        return "" if value is None else str(value)

    def written(self, value: Any) -> Exported:
        """The value as it stands in a file; numbers and days as such."""
        return self.shown(value)

    @property
    @abstractmethod
    def expected(self) -> str:
        """What may stand in the column, for people who fill it in."""


@dataclass(frozen=True)
class Text(Kind):
    longest: int

    def read(self, cell: Cell, notation: Notation) -> str:
        text = text_of(cell)
        if len(text) > self.longest:
            words = {"n": len(text), "most": self.longest}
            raise CellError(_("This text has %(n)d characters, at most %(most)d are possible.") % words)
        return text

    @property
    def expected(self) -> str:
        return _("text of at most %(n)d characters") % {"n": self.longest}


@dataclass(frozen=True)
class Digits(Kind):
    """A number that is a name (NPWP, NIB, postal code): leading zeros count, dots and dashes do not."""

    lengths: tuple[int, ...]

    def read(self, cell: Cell, notation: Notation) -> str:
        digits = re.sub(r"[.\-\s]", "", text_of(cell))
        if not (digits.isascii() and digits.isdigit()) or len(digits) not in self.lengths:
            raise CellError(_("Expected: %(what)s.") % {"what": self.expected})
        return digits

    @property
    def expected(self) -> str:
        lengths = _(" or ").join(str(length) for length in self.lengths)
        return _("%(n)s digits; format the column as text, so that zeros at the beginning stay") % {
            "n": lengths
        }


@dataclass(frozen=True)
class Npwp(Digits):
    lengths: tuple[int, ...] = (15, 16)

    def read(self, cell: Cell, notation: Notation) -> str:
        return npwp_from(super().read(cell, notation))

    def shown(self, value: str | None) -> str:
        """Of a number that is a person's, which is personal data, only the last digits."""
        return masked(value) if value and is_personal(value) else value or ""


@dataclass(frozen=True)
class Number(Kind):
    """An exact decimal number with at most `places` decimals; never rounded."""

    places: int = 2

    def read(self, cell: Cell, notation: Notation) -> Decimal:
        return number(cell, notation, self.places)

    def shown(self, value: Decimal | None) -> str:
        if value is None:
            return ""
        return formats.number(value, 0 if value == value.to_integral_value() else _places(value))

    def written(self, value: Decimal | None) -> Exported:
        return None if value is None else value

    @property
    def expected(self) -> str:
        return _("a number with at most %(n)d decimals") % {"n": self.places}


@dataclass(frozen=True)
class Whole(Kind):
    def read(self, cell: Cell, notation: Notation) -> int:
        return int(number(cell, notation, 0))

    def written(self, value: int | None) -> Exported:
        return None if value is None else Decimal(value)

    @property
    def expected(self) -> str:
        return _("a whole number")


@dataclass(frozen=True)
class Day(Kind):
    def read(self, cell: Cell, notation: Notation) -> date:
        return day(cell, notation)

    def shown(self, value: date | None) -> str:
        return formats.day(value) if value else ""

    def written(self, value: date | None) -> Exported:
        return value

    @property
    def expected(self) -> str:
        return _("a day, for example 2026-11-21 or 21 November 2026")


@dataclass(frozen=True)
class YesNo(Kind):
    def read(self, cell: Cell, notation: Notation) -> bool:
        return yes_no(cell)

    def shown(self, value: bool | None) -> str:
        return "" if value is None else formats.yes_no(value)

    @property
    def expected(self) -> str:
        return _("yes or no")


@dataclass(frozen=True)
class Email(Kind):
    def read(self, cell: Cell, notation: Notation) -> str:
        text = text_of(cell).lower()
        try:
            validate_email(text)
        except ValidationError:
            raise CellError(_("“%(text)s” is no e-mail address.") % {"text": text}) from None
        return text

    @property
    def expected(self) -> str:
        return _("an e-mail address")


@dataclass(frozen=True)
class Phone(Kind):
    def read(self, cell: Cell, notation: Notation) -> PhoneNumber:
        """A leading 62 or 8 is Indonesian: spreadsheets eat the first 0, people leave out the + (indonesia.md 4.2)."""
        text = text_of(cell)
        digits = re.sub(r"[^\d+]", "", text)
        if digits.startswith(("62", "8")):
            digits = f"+62{digits.removeprefix('62')}"
        phone = to_python(digits, region="ID") if len(digits) <= LONGEST_PHONE else None
        if not phone or not phone.is_valid():
            raise CellError(_("“%(text)s” is no phone number.") % {"text": text[: 2 * LONGEST_PHONE]})
        return phone

    def shown(self, value: PhoneNumber | str | None) -> str:
        return getattr(value, "as_international", "") if value else ""

    @property
    def expected(self) -> str:
        return _("a phone number, for example 0812-3456-7890")


@dataclass(frozen=True)
class Choice(Kind):
    """One of some words, in any language of the product, or the short word that stands in the database."""

    choices: type[models.Choices]

    def read(self, cell: Cell, notation: Notation) -> Any:
        words = self._words()
        found = words.get(_plain(text_of(cell)))
        if found is None:
            raise CellError(
                _("“%(text)s” is none of: %(expected)s.") % {"text": cell.text, "expected": self._told()}
            )
        return found

    def shown(self, value: Any) -> str:
        return "" if value in (None, "") else str(self.choices(value).label)

    def _words(self) -> dict[str, Any]:
        found = {_plain(str(value)): value for value in self.choices.values}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                found |= {_plain(str(label)): value for value, label in self.choices.choices}
        return found

    def _told(self) -> str:
        return ", ".join(str(label) for value, label in self.choices.choices if value != "")

    @property
    def expected(self) -> str:
        return _("one of: %(words)s") % {"words": self._told()}


@dataclass(frozen=True)
class Currency(Kind):
    def read(self, cell: Cell, notation: Notation) -> str:
        text = text_of(cell).upper()
        code = "IDR" if text in ("RP", "RP.", "RUPIAH") else text
        if not re.fullmatch(r"[A-Z]{3}", code):
            raise CellError(
                _("“%(text)s” is no currency; write its three letters, for example IDR.") % {"text": text}
            )
        return code

    @property
    def expected(self) -> str:
        return _("three letters, for example IDR or USD")


@dataclass(frozen=True)
class Named(Kind):
    """The name of a row by which it is found; `what` says which row."""

    what: Any

    def read(self, cell: Cell, notation: Notation) -> str:
        return text_of(cell)

    @property
    def expected(self) -> str:
        return str(self.what)


CLIENT = Named(gettext_lazy("the code or the name of a client"))
PERSON = Named(gettext_lazy("the e-mail address or the full name of a colleague"))
PRODUCT = Named(gettext_lazy("the code or the name of a product"))
TEAM = Named(gettext_lazy("the name of a team"))
CONTACT = Named(gettext_lazy("the e-mail address or the full name of a contact of this client"))
CONTRACT = Named(gettext_lazy("the number of a contract"))


_BY_FIELD: tuple[
    tuple[type[models.Field[Any, Any]], Callable[[Any], Kind]], ...
] = (  # a subclass before its base
    (PhoneNumberField, lambda field: Phone()),
    (models.EmailField, lambda field: Email()),
    (models.BooleanField, lambda field: YesNo()),
    (models.DateField, lambda field: Day()),
    (models.DecimalField, lambda field: Number(field.decimal_places)),
    (models.IntegerField, lambda field: Whole()),
    (models.CharField, lambda field: Text(field.max_length)),
)


def kind_of(field: models.Field[Any, Any]) -> Kind:
    """The kind that fits a column of the database; one with choices names their class itself."""
    return next(make(field) for of, make in _BY_FIELD if isinstance(field, of) and not field.choices)


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace(".", " ").split())


def _places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))
