"""Long work as rows (trust.md 2): the page writes one, a poller claims it, whoever dies leaves it to the next."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

LEASE = timedelta(minutes=2)  # since it was claimed or last told how far it is
MOST_ATTEMPTS = 3


class LostError(Exception):
    """Somebody else does this job by now."""


class Heartbeat(models.Model):
    """How far a job is, and that somebody is at it. Apart from its job: that row is changed with the work itself."""

    job = models.CharField(max_length=40)  # label of the model
    of = models.BigIntegerField()
    attempt = models.PositiveSmallIntegerField()
    done = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["job", "of"], name="heartbeat_once_per_job")]

    def __str__(self) -> str:
        return f"{self.job} {self.of}: {self.done} of {self.total}"

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100."""
        return 100 * self.done // self.total if self.total else 0


class JobQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """A file is for whoever asked for it, and for nobody else."""
        return self.filter(requested_by=user)

    def claim(self, now: datetime) -> Any:
        """The oldest piece of work that is due or whose worker died, for this worker alone; None = none.

        Whoever has told nothing for `LEASE` is dead.
        """
        with transaction.atomic():
            job = (
                self.filter(self._is_free(now))
                .order_by("due_at", "pk")
                .select_for_update(skip_locked=True)
                .first()
            )
            if job is not None:
                job.attempts += 1
                job.claimed_at = now
                job.save(update_fields=["attempts", "claimed_at"])
            return job

    def _is_free(self, now: datetime) -> Q:
        beats = Heartbeat.objects.filter(job=self.model._meta.label, of=OuterRef("pk"), at__gt=now - LEASE)
        return Q(state__in=self.model.BUSY) & (
            Q(claimed_at=None) | Q(claimed_at__lte=now - LEASE) & ~Q(Exists(beats))
        )


class Job(models.Model):
    """Something that takes longer than a page may. `state` is that of the subclass; in BUSY it waits for a worker."""

    BUSY: tuple[str, ...] = ()

    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("requested by"), related_name="+")
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    complaint = models.TextField(blank=True)  # why it could not be done, for people

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_busy(self) -> bool:
        return self.state in self.BUSY  # type: ignore[attr-defined] # of the subclass

    def progress(self) -> Heartbeat:
        """How far the worker is; at 0 of 0 while none has begun."""
        beats = Heartbeat.objects.filter(job=self._meta.label, of=self.pk, attempt=self.attempts)
        return beats.first() or Heartbeat(done=0, total=0)

    def settle(self, state: str, **outcome: Any) -> None:
        """Write down what came of it. Raises LostError if another worker has claimed it since.

        Call it in the transaction that did the work: what a lost worker did must not stay.
        """
        fields = {"state": state, "claimed_at": None, "attempts": 0, "complaint": "", **outcome}
        if not self._mine().update(**fields):
            raise LostError
        for name, value in fields.items():
            setattr(self, name, value)

    def release(self) -> None:
        """Let the next worker take it at once."""
        self._mine().update(claimed_at=None)

    def _mine(self) -> models.QuerySet[Any]:
        same: models.QuerySet[Any] = type(self)._default_manager.filter(pk=self.pk, attempts=self.attempts)
        return same.filter(Q(("state__in", self.BUSY)))
