from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences for people are compared in their source language."""
    with translation.override("en"):
        yield
