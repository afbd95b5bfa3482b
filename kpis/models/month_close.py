from datetime import date, timedelta
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contracts.effective import add_months


class MonthCloseQuerySet(models.QuerySet["MonthClose"]):
    def in_force(self) -> Self:
        """Closings that nobody has re-opened: their months have reported numbers."""
        return self.filter(reopened_at=None)


@pghistory.track()
class MonthClose(models.Model):
    """From this moment on the month has reported numbers (kpis.md R8). Re-opening ends the row; closing again adds one.

    Written by kpis/closing.py only.
    """

    first_day = models.DateField(_("month"))
    closed_at = models.DateTimeField(_("closed"))
    closed_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("closed by"), null=True, related_name="months_closed"
    )
    reopened_at = models.DateTimeField(_("re-opened"), null=True)
    reopened_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("re-opened by"), null=True, related_name="months_reopened"
    )
    reason = models.CharField(_("reason"), max_length=300)

    objects = MonthCloseQuerySet.as_manager()

    class Meta:
        verbose_name = _("month close")
        verbose_name_plural = _("month closes")
        default_permissions = ("view",)
        permissions = [("close_month", _("Can close and re-open months"))]
        ordering = ["-first_day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__day=1),
                name="month_close_begins_on_the_first",
                violation_error_message=_("A month begins on its first day."),
            ),
            models.UniqueConstraint(
                fields=["first_day"],
                condition=Q(reopened_at=None),
                name="month_close_once_until_reopened",
                violation_error_message=_("This month is closed already."),
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True, reopened_by__isnull=True, reason="")
                | Q(reopened_at__isnull=False, reopened_by__isnull=False) & ~Q(reason=""),
                name="month_close_reopened_by_with_reason",
                violation_error_message=_("Say who re-opens the month and why."),
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True) | Q(reopened_at__gte=F("closed_at")),
                name="month_close_reopened_after_closing",
                violation_error_message=_("A month is re-opened after it was closed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m}"

    @property
    def last_day(self) -> date:
        return last_day_of(self.first_day)


def last_day_of(month: date) -> date:
    """The last day of the month that begins on `month`."""
    return add_months(month, 1) - timedelta(days=1)
