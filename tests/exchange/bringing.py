"""Bringing a file the short way: without pages, by the same steps."""

import csv
from io import StringIO
from typing import Any

from accounts.models import User
from exchange.datasets import DATASETS
from exchange.importing.lines import Mapping
from exchange.importing.running import run_next
from exchange.models import Import, ImportLine
from tests.conftest import NOW

Line = dict[str, Any]
State = Import.State


def csv_of(lines: list[Line]) -> bytes:
    """A file whose headings are the names of columns, and one that is of no use."""
    names = list(dict.fromkeys(name for line in lines for name in line))
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([*names, "Catatan"])
    writer.writerows([line.get(name, "") for name in names] for line in lines)
    return out.getvalue().encode()


def bring(user: User, slug: str, lines: list[Line], **more: Any) -> Import:
    """Upload and check; nothing is taken over yet. Numbers are Indonesian, days ISO."""
    names = dict.fromkeys(name for line in lines for name in line)
    unknown = set(names) - {column.name for column in DATASETS[slug].columns}
    assert not unknown, unknown
    job = Import.objects.create(
        requested_by=user,
        dataset=slug,
        file_name=f"{slug}.csv",
        file=csv_of(lines),
        notation={"encoding": "utf-8", "separator": ";", "decimal": ",", "order": "ymd"},
        mapping=Mapping({name: number for number, name in enumerate(names)}, {}).to_json(),
        state=State.CHECKING,
        due_at=NOW,
        **more,
    )
    return work(job)


def take_over(job: Import) -> Import:
    """Have a checked import taken over, without its lines with errors."""
    assert job.state == State.CHECKED, job.complaint
    job.state, job.due_at = State.APPLYING, NOW
    job.save()
    return work(job)


def undo(job: Import) -> Import:
    assert job.state == State.APPLIED, job.complaint
    job.state, job.due_at = State.UNDOING, NOW
    job.save()
    return work(job)


def brought(user: User, slug: str, lines: list[Line]) -> Import:
    """Uploaded, checked without errors, taken over."""
    job = bring(user, slug, lines)
    assert not problems(job), problems(job)
    job = take_over(job)
    assert job.state == State.APPLIED, job.complaint
    return job


def work(job: Import) -> Import:
    assert run_next(NOW) == 1
    job.refresh_from_db()
    return job


def outcomes(job: Import) -> list[str]:
    return list(job.lines.order_by("number").values_list("outcome", flat=True))


def problems(job: Import) -> list[tuple[int, str, str]]:
    """Line, column and text of every problem."""
    return [
        (line.number, column, text) for line in job.lines.order_by("number") for column, text in line.problems
    ]


def changes(job: Import, number: int) -> dict[str, tuple[str, str]]:
    line = ImportLine.objects.get(of=job, number=number)
    return {column: (old, new) for column, old, new in line.changes}
