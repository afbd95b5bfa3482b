"""Headings of columns, however they are spelled."""

import re

from django.conf import settings
from django.utils import translation

from exchange.datasets import Column


def plain(heading: str) -> str:
    """A heading without case, marks and the star of required columns: “No. Kontrak *” = “no kontrak”."""
    return " ".join(re.sub(r"[\W_]+", " ", heading.casefold()).split())


def labels(column: Column) -> set[str]:
    """The label in every language of the product."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.add(plain(str(column.label)))
    return found
