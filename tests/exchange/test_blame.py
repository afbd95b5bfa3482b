"""Which line of a group the database refuses, found without writing the group again for each of its lines."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from exchange.datasets import DATASETS, Entry
from exchange.importing import writing

pytestmark = pytest.mark.django_db

LINES = 500


@pytest.mark.parametrize("guilty", [1, 2, 250, 333, 499, 500])
def test_the_refused_line_is_found_in_few_attempts_and_the_lease_is_kept(
    monkeypatch: pytest.MonkeyPatch, guilty: int
) -> None:
    group = [Entry(line, {}, group="one") for line in range(1, LINES + 1)]
    written: list[int] = []
    beats: list[int] = []

    def save(entries: Any) -> None:
        written.append(len(list(entries)))
        if any(entry.line == guilty for entry in entries):
            raise IntegrityError("refused")

    monkeypatch.setattr(writing, "_save", save)
    with transaction.atomic():
        writing.write(DATASETS["clients"], group, keep=True, told=beats.append)
    assert [entry.line for entry in group if entry.problems] == [guilty]
    assert all(entry.left_out for entry in group if entry.line != guilty)
    assert len(written) <= 2 + 9  # the portion, and 2 ** 9 > 500
    assert len(beats) >= len(written) - 1


def test_lines_that_only_fail_together_blame_the_one_that_completes_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    group = [Entry(line, {}, group="one") for line in range(1, 8)]

    def save(entries: Any) -> None:
        if {3, 5} <= {entry.line for entry in entries}:
            raise IntegrityError(f"refused with {len(entries)}")

    monkeypatch.setattr(writing, "_save", save)
    with transaction.atomic():
        writing.write(DATASETS["clients"], group, keep=True)
    assert [(e.line, e.problems[0].text) for e in group if e.problems] == [
        (5, "The database refuses this line: refused with 5")
    ]


def test_groups_that_are_tried_one_by_one_keep_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = [Entry(line, {}) for line in range(1, 101)]
    beats: list[int] = []

    def save(entries: Any) -> None:
        if any(entry.line == 50 for entry in entries):
            raise IntegrityError("refused")

    monkeypatch.setattr(writing, "_save", save)
    with transaction.atomic():
        writing.write(DATASETS["clients"], groups, keep=True, told=beats.append)
    assert [entry.line for entry in groups if entry.problems] == [50]
    assert (len(beats) >= 100, beats) == (True, sorted(beats))
