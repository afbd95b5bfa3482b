from datetime import date, timedelta

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.days import OVERLAPS, Dated, DatedQuerySet, same
from clients.models import ClientScopedQuerySet


class PauseQuerySet(ClientScopedQuerySet, DatedQuerySet):  # type: ignore[override] # managers differ per class
    client_lookup = "contract__client"


@pghistory.track()
class Pause(Dated):
    """Days on which a contract's recurring lines are worth nothing (kpis.md R6); pauses that touch are one."""

    contract = models.ForeignKey(
        "contracts.Contract", models.PROTECT, verbose_name=_("contract"), related_name="pauses"
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["start"]
        constraints = [
            *Dated.Meta.constraints,
            ExclusionConstraint(
                name="pause_no_overlap",
                expressions=[*same("contract"), OVERLAPS],
                violation_error_message=_("The contract is paused on some of these days already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.start} – {self.end or '…'}"

    def end_before(self, day: date) -> None:
        """`day` is the first day in effect again; a pause resumed on its first day never was."""
        if day <= self.start:
            self.delete()
            return
        self.end = day - timedelta(days=1)
        self.full_clean()
        self.save(update_fields=["end"])
