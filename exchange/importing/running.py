"""What a worker does with an import: check it, take it over, undo it. Each may be repeated, late or in parallel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.days import jakarta_day
from exchange import jobs
from exchange.datasets import DATASETS, Dataset, Entry
from exchange.importing import undoing
from exchange.importing.lines import Mapping, cells_of, entries
from exchange.importing.rights import may_import
from exchange.importing.writing import write
from exchange.models import Import, ImportLine
from exchange.models.imports import KEPT
from exchange.progress import Progress
from exchange.reading.files import Notation, Sheet, UnreadableFileError, read

State, Outcome = Import.State, ImportLine.Outcome
BEFORE = {State.CHECKING: State.READING, State.APPLYING: State.CHECKED, State.UNDOING: State.APPLIED}
AT_ONCE = 1000  # rows of one INSERT


class OvertakenError(Exception):
    """What the dry run showed is no longer what would happen."""


def run_next(now: datetime) -> int:
    """Do the next import that waits; returns how many were claimed, 0 or 1."""
    return jobs.run_next(Import, now, _work, _give_up)


def _work(job: Import, now: datetime) -> None:
    work = {State.CHECKING: check, State.APPLYING: apply, State.UNDOING: undoing.undo}[State(job.state)]
    try:
        work(job, now)
    except OvertakenError:
        text = _("Something changed since the check; look at the lines once more.")
        job.settle(State.CHECKING, complaint=text, due_at=now)
    except (UnreadableFileError, undoing.RefusedError) as refusal:
        job.settle(BEFORE[State(job.state)], complaint=str(refusal))


def _give_up(job: Import) -> None:
    text = _("This could not be done, and nothing was changed. Tell your administrator: import %(n)d.")
    job.settle(BEFORE[State(job.state)], complaint=text % {"n": job.pk})


def check(job: Import, now: datetime) -> None:
    """The dry run: what each line would do, by the database itself; nothing of it stays."""
    dataset, sheet, found = _placed(job, now)
    with Progress(job, len(found)) as progress:
        write(dataset, found, keep=False, told=progress)
    mapping = Mapping.from_json(job.mapping)
    cells = {line.number: cells_of(dataset, line, mapping) for line in sheet.lines}
    with transaction.atomic():
        job.lines.all().delete()
        lines = (_line(job, dataset, entry, cells[entry.line]) for entry in found)
        ImportLine.objects.bulk_create(lines, AT_ONCE)
        job.settle(State.CHECKED, complaint=job.complaint)


def apply(job: Import, now: datetime) -> None:
    """Take the file over in one transaction, exactly as the dry run showed it, or not at all (OvertakenError)."""
    with Progress(job, job.lines.count()) as progress, transaction.atomic():
        see_one_moment()
        dataset, _sheet, found = _placed(job, now)
        write(dataset, found, keep=True, told=progress)
        _refuse_other_than_shown(job, dataset, found)
        undoing.remember(job, found)
        for entry in found:
            if not (entry.problems or entry.left_out):
                dataset.taken_over(entry, now)
        job.settle(State.APPLIED, applied_at=now)


def _placed(job: Import, now: datetime) -> tuple[Dataset, Sheet, list[Entry]]:
    dataset, notation = DATASETS[job.dataset], Notation.from_json(job.notation)
    sheet = read(bytes(job.file), notation)
    found = list(entries(dataset, sheet, Mapping.from_json(job.mapping), notation))
    _refuse_without_right(job, dataset, found, now)
    dataset.place(found, job.requested_by, jakarta_day(now))
    return dataset, sheet, found


def _refuse_without_right(job: Import, dataset: Dataset, found: Iterable[Entry], now: datetime) -> None:
    """The rights of whoever asked, as they are now."""
    if not may_import(job.requested_by, dataset, jakarta_day(now)):
        for entry in found:
            entry.refuse("", _("You may not import this."))


def _line(job: Import, dataset: Dataset, entry: Entry, cells: dict[str, str]) -> ImportLine:
    return ImportLine(
        of=job,
        number=entry.line,
        cells=cells,
        outcome=outcome_of(dataset, entry),
        changes=[] if entry.problems else [[each.column, each.old, each.new] for each in entry.changes],
        problems=[[problem.column, problem.text] for problem in entry.problems],
        hints=[*entry.hints, *filter(None, [entry.left_out])],
    )


def outcome_of(dataset: Dataset, entry: Entry) -> str:
    """What a line does, or that it cannot."""
    if entry.problems:
        return Outcome.ERROR
    if entry.left_out:
        return Outcome.LEFT_OUT
    if any(piece.is_new and isinstance(piece.row, dataset.models) for piece in entry.pieces):
        return Outcome.CREATED
    return Outcome.CHANGED if entry.pieces else Outcome.UNCHANGED


def _refuse_other_than_shown(job: Import, dataset: Dataset, found: Iterable[Entry]) -> None:
    """Raise OvertakenError if a line does something else than the dry run has shown."""
    shown = {
        number: said for number, *said in job.lines.values_list("number", "outcome", "changes", "problems")
    }
    for entry in found:
        line = _line(job, dataset, entry, {})
        if shown.pop(entry.line, None) != [line.outcome, line.changes, line.problems]:
            raise OvertakenError
    if shown:
        raise OvertakenError


def see_one_moment() -> None:
    """One picture of the database for the whole transaction: a row that somebody else changes meanwhile is an error."""
    if not connection.savepoint_ids:  # else it is a transaction within a transaction: a test
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def forget_old(now: datetime) -> int:
    """Throw away the files that were brought KEPT ago and what is known of their lines; returns how many files."""
    old = Import.objects.exclude(state__in=Import.BUSY).filter(created_at__lte=now - KEPT)
    return old.delete()[1].get(Import._meta.label, 0)


def counts(job: Import) -> Counter[str]:
    """How many lines came to which outcome."""
    return Counter(job.lines.values_list("outcome", flat=True))
