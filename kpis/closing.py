"""Closing a month keeps its numbers as reported, beside the current ones that corrections go on changing (kpis.md R8).

The only writer of MonthClose and of the edition REPORTED.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.utils import OperationalError
from django.utils.translation import gettext as _

from accounts import formats
from accounts.days import jakarta_day
from accounts.models import User
from kpis import snapshots
from kpis.models import Edition, MonthClose, Scope, Snapshot, WindowKind, last_day_of

KEPT_KINDS = (WindowKind.MONTH, WindowKind.TRAILING_YEAR)
LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE
COPIED = ", ".join((*snapshots.COLUMNS, "as_of", "computed_at"))


def close(month: date, by: User | None, now: datetime, patience: str = "3s") -> MonthClose:
    """Keep the numbers of the month that begins on `month` as they are at this moment. `by` None = the system.

    Waits for a rebuild at work and works off what it left, so that everything committed before this moment is in.
    Raises ValidationError for a month that is not over, is closed already or has no numbers, and if a rebuild takes
    longer than `patience`.
    """
    with transaction.atomic():
        _refuse_unless_over(month, jakarta_day(now))
        _wait_for_lock(patience)
        snapshots.bring_to_rest(jakarta_day(now))
        earlier = MonthClose.objects.in_force().filter(first_day=month).select_related("closed_by").first()
        if earlier:
            raise ValidationError(_already_closed(earlier))
        if not _copy(month):
            raise ValidationError(_("This month has no numbers: no contract had begun."))
        return MonthClose.objects.create(first_day=month, closed_at=now, closed_by=by)


def reopen(closing: MonthClose, by: User, reason: str, now: datetime, patience: str = "3s") -> None:
    """Give up the reported numbers of a month, which are then only in the next closing.

    Raises ValidationError without a reason, and if somebody was faster.
    """
    with transaction.atomic():
        if not reason.strip():
            raise ValidationError({"reason": _("Say why the month is opened again.")})
        _wait_for_lock(patience)
        ended = MonthClose.objects.in_force().filter(pk=closing.pk)
        if not ended.update(reopened_at=now, reopened_by=by, reason=reason.strip()):
            raise ValidationError(_("Somebody has re-opened this month meanwhile."))
        _reported(closing.first_day).delete()


def close_last_month(now: datetime, closing_day: int) -> bool:
    """The daily job: close the month before this one once its day has come, unless somebody has ever closed it.

    A month that was re-opened stays open until a person closes it. Returns whether it closed the month.
    """
    day = jakarta_day(now)
    month = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
    with transaction.atomic():
        if day.day < closing_day or not _has_numbers(month):
            return False
        snapshots.wait_for_lock()
        if MonthClose.objects.filter(first_day=month).exists():
            return False
        close(month, None, now, snapshots.PATIENCE)
    return True


def _refuse_unless_over(month: date, day: date) -> None:
    if last_day_of(month) >= day:
        words = {"day": formats.day(last_day_of(month) + timedelta(days=1))}
        raise ValidationError(_("This month is not over yet. It can be closed from %(day)s on.") % words)


def _already_closed(closing: MonthClose) -> str:
    words = {"by": closing.closed_by or _("the system"), "at": formats.clock(closing.closed_at)}
    return _("This month is closed already (%(by)s, %(at)s).") % words


def _copy(month: date) -> int:
    """The current rows of the windows that end with the month, once more as reported; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO kpis_snapshot ({COPIED}, edition) SELECT {COPIED}, %s FROM kpis_snapshot"  # noqa: S608 - constants
            " WHERE edition = %s AND last_day = %s AND kind = ANY(%s)",
            [Edition.REPORTED.value, Edition.CURRENT.value, last_day_of(month), list(KEPT_KINDS)],
        )
        return int(cursor.rowcount)


def _reported(month: date) -> QuerySet[Snapshot]:
    return Snapshot.objects.filter(edition=Edition.REPORTED, last_day=last_day_of(month), kind__in=KEPT_KINDS)


def _has_numbers(month: date) -> bool:
    company = Snapshot.objects.filter(scope=Scope.COMPANY, edition=Edition.CURRENT)
    return company.filter(last_day=last_day_of(month)).exists()


def _wait_for_lock(patience: str) -> None:
    try:
        snapshots.wait_for_lock(patience)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise ValidationError(_("The numbers are being computed. Try again in a minute.")) from None
