from datetime import date, datetime
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from clients.models.client import Client, ClientScopedQuerySet

MOST_SNOOZES = 3


class TaskQuerySet(ClientScopedQuerySet):
    def open(self) -> Self:
        return self.filter(done_at__isnull=True)

    def due_by(self, day: date) -> Self:
        """Open tasks due on or before `day` and not snoozed beyond it."""
        return self.open().filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=day), due_on__lte=day)


@pghistory.track()
class Task(models.Model):
    """Something one person promised to do for a client by a day."""

    class Source(models.TextChoices):
        MANUAL = "manual", pgettext_lazy("task source", "Typed in")
        INTERACTION = "interaction", pgettext_lazy("task source", "Next step")

    client = models.ForeignKey(Client, models.PROTECT, verbose_name=_("client"), related_name="tasks")
    title = models.CharField(_("task"), max_length=200)
    due_on = models.DateField(_("due"))
    owner = models.ForeignKey(User, models.PROTECT, verbose_name=_("owner"), related_name="tasks")
    source = models.CharField(_("source"), max_length=12, choices=Source, default=Source.MANUAL)
    snoozed_until = models.DateField(_("snoozed until"), null=True, blank=True)
    snoozes = models.PositiveSmallIntegerField(_("snoozed how often"), default=0)
    snooze_reason = models.CharField(_("reason"), max_length=200, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("done by"), null=True, blank=True, related_name="tasks_done"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["owner", "due_on"], condition=Q(done_at__isnull=True), name="task_open_by_owner"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""),
                name="task_has_a_title",
                violation_error_message=_("Say what is to be done."),
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="task_done_by_somebody",
                violation_error_message=_("A done task names who did it."),
            ),
            models.CheckConstraint(
                condition=Q(snoozes__lte=MOST_SNOOZES) | ~Q(snooze_reason=""),
                name="task_many_snoozes_need_a_reason",
                violation_error_message=_("After three times, say why this waits again."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def finish(self, *, by: User, now: datetime) -> bool:
        """Mark as done; False when somebody did so before."""
        return bool(Task.objects.filter(pk=self.pk, done_at__isnull=True).update(done_at=now, done_by=by))

    def reopen(self) -> None:
        """Undo `finish`."""
        Task.objects.filter(pk=self.pk).update(done_at=None, done_by=None)

    def snooze(self, *, until: date, reason: str) -> None:
        """Hide an open task until `until` (that day it is back). From the fourth time on a reason is needed."""
        self.snoozed_until = until
        self.snoozes += 1
        self.snooze_reason = reason
        self.save(update_fields=["snoozed_until", "snoozes", "snooze_reason"])
