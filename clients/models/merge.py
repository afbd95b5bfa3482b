"""Two records of one client: which pairs are none, and which were made one."""

from datetime import datetime, timedelta
from typing import Any, Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models.client import Client, ClientScopedQuerySet

KEPT_FOR = timedelta(days=30)  # 30 × 24 hours from the merge, to the second


class NotDuplicate(models.Model):
    """Somebody looked at two clients and said that they are not the same; hides the suggestion for everybody."""

    one = models.ForeignKey(Client, models.PROTECT, related_name="+")
    other = models.ForeignKey(Client, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Least("one", "other"), Greatest("one", "other"), name="not_duplicate_once"
            ),
            models.CheckConstraint(condition=~Q(one=F("other")), name="not_duplicate_of_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} ≠ {self.other_id}"


class ClientMergeQuerySet(ClientScopedQuerySet):
    client_lookup = "kept"

    def in_force(self) -> Self:
        return self.filter(undone_at__isnull=True)

    def listed_for(self, user: User) -> Self:
        """Merges `user` may know of; once undone, the other client is a client again and has its own rights."""
        seen = Client.objects.visible_to(user)
        return self.visible_to(user).filter(Q(undone_at__isnull=True) | Q(removed_pk__in=seen.values("pk")))

    def expired(self, now: datetime) -> Self:
        return self.filter(at__lte=now - KEPT_FOR)


@pghistory.track(exclude=["removed", "changes"])
class ClientMerge(models.Model):
    """One client was merged into another. What undo needs is remembered for KEPT_FOR and then forgotten.

    `kept` follows when the survivor itself is merged, so that it always leads to a client that is there.
    """

    kept = models.ForeignKey(Client, models.PROTECT, verbose_name=_("merged into"), related_name="merges")
    removed_pk = models.BigIntegerField(editable=False)
    removed_name = models.CharField(_("merged client"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, verbose_name=_("merged by"), related_name="+")
    at = models.DateTimeField(_("merged on"))
    undone_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("undone by"), null=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone on"), null=True)
    removed: "models.JSONField[Any, Any]" = models.JSONField(null=True)  # its row; None = forgotten
    changes: "models.JSONField[Any, Any]" = models.JSONField(
        default=dict
    )  # of the survivor: column: [before, after]

    objects = ClientMergeQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("merge of clients")
        verbose_name_plural = _("merges of clients")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["removed_pk"],
                condition=Q(undone_at__isnull=True),
                name="client_merged_once",
                violation_error_message=_("This client is merged already."),
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="client_merge_undone_by_somebody",
                violation_error_message=_("Say who undid the merge, and when."),
            ),
        ]

    def __str__(self) -> str:
        return self.removed_name

    @property
    def undoable_until(self) -> datetime:
        """The first moment at which it can no longer be undone."""
        return self.at + KEPT_FOR

    def is_undoable(self, now: datetime) -> bool:
        return self.undone_at is None and now < self.undoable_until


class MergedRow(models.Model):
    """What became of one row that hung on the merged client; for undo."""

    class Fate(models.TextChoices):
        MOVED = "moved"  # hangs on the survivor
        LEFT = "left"  # a rule forbids it there
        ADDED = "added"  # for the survivor, of a row whose days were cut

    of = models.ForeignKey(ClientMerge, models.CASCADE, related_name="rows")
    fate = models.CharField(max_length=5, choices=Fate)
    model = models.CharField(max_length=80)  # its label
    column = models.CharField(max_length=60)  # that said whose it is
    row_pk = models.BigIntegerField()
    changes: "models.JSONField[Any, Any]" = models.JSONField(default=dict)  # column: [before, after]
    whole: "models.JSONField[Any, Any]" = models.JSONField(null=True)  # the whole row that stays behind

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fate="left", whole__isnull=False) | ~Q(fate="left") & Q(whole__isnull=True),
                name="merged_row_is_kept_if_left",
            )
        ]
        indexes = [models.Index(fields=["model", "row_pk"], name="merged_row_by_row")]

    def __str__(self) -> str:
        return f"{self.model} {self.row_pk}: {self.fate}"
