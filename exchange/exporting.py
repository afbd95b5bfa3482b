"""Everything that a person may see, as files that the import takes back unchanged."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

import structlog
from django.utils.translation import gettext as _

from accounts.days import jakarta_day
from accounts.models import User
from clients.models import Client
from exchange import jobs
from exchange.datasets import DATASETS, Dataset
from exchange.models import Export
from exchange.models.exports import KEPT
from exchange.progress import Progress
from portfolio.exports import csv_of, workbook_of

log = structlog.get_logger(__name__)
State = Export.State


def run_next(now: datetime) -> int:
    """Write the next export that waits; returns how many were claimed, 0 or 1."""
    return jobs.run_next(Export, now, write, _give_up)


def _give_up(job: Export) -> None:
    text = _("The file could not be written. Tell your administrator: export %(n)d.")
    job.settle(State.FAILED, complaint=text % {"n": job.pk})


def write(job: Export, now: datetime) -> None:
    """Write the file with the rights of its requester as they are now."""
    user, day = job.requested_by, jakarta_day(now)
    clients = list(Client.objects.visible_to(user).order_by("pk").values_list("pk", flat=True))
    sheets: dict[str, list[list[Any]]] = {}
    with Progress(job, len(DATASETS)) as progress:
        for number, dataset in enumerate(DATASETS.values(), 1):
            sheets[str(dataset.label)] = list(_rows(dataset, user, job, now)) if user.is_active else []
            progress(number)
    filled = {name: rows for name, rows in sheets.items() if len(rows) > 1}
    job.settle(
        State.READY,
        file=_workbook(filled) if job.kind == Export.Kind.XLSX else _archive(filled),
        made_at=now,
        rows=sum(len(rows) - 1 for rows in filled.values()),
        clients=clients,
        datasets=[each.slug for each in DATASETS.values() if str(each.label) in filled],
    )
    log.info("exported", export_id=job.pk, user_id=user.pk, rows=job.rows, day=str(day))


def is_still_allowed(job: Export, now: datetime) -> bool:
    """Whether its requester may still see every client in the file, and every kind of rows."""
    user, day = job.requested_by, jakarta_day(now)
    seen = Client.objects.visible_to(user).filter(pk__in=job.clients).count()
    return (
        user.is_active
        and seen == len(job.clients)
        and all(DATASETS[s].is_shown_to(user, day) for s in job.datasets)
    )


def forget_old(now: datetime) -> int:
    """Throw away the files that are a day old; returns how many."""
    return Export.objects.filter(made_at__lte=now - KEPT).delete()[0]


def _rows(dataset: Dataset, user: User, job: Export, now: datetime) -> Iterator[list[Any]]:
    """The heading, and a row for each that `user` may see; numbers and days as such in a workbook."""
    yield [str(column.label) for column in dataset.columns]
    day = jakarta_day(now)
    if not dataset.is_shown_to(user, day):
        return
    for values in dataset.exported(user, day):
        yield [column.kind.written(values.get(column.name)) for column in dataset.columns]


def _workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    return workbook_of(sheets or {_("Nothing"): []})


def _archive(sheets: dict[str, list[list[Any]]]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in sheets.items():
            archive.writestr(f"{name}.csv", csv_of(rows))
    return out.getvalue()
