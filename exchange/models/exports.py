from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exchange.models.job import Job

KEPT = timedelta(hours=24)


class Export(Job):
    """Everything that its requester may see, as one file that only she can fetch, for a day."""

    class State(models.TextChoices):
        WRITING = "writing", pgettext_lazy("export", "Being written")
        READY = "ready", pgettext_lazy("export", "Ready")
        FAILED = "failed", pgettext_lazy("export", "Failed")

    class Kind(models.TextChoices):
        XLSX = "xlsx", "XLSX"
        CSV = "csv", "CSV (ZIP)"

    BUSY = (State.WRITING,)

    kind = models.CharField(_("format"), max_length=4, choices=Kind)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WRITING)
    file = models.BinaryField(null=True)
    made_at = models.DateTimeField(_("made"), null=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    clients: "ArrayField[Any, Any]" = ArrayField(
        models.BigIntegerField(), default=list
    )  # in the file, by primary key
    datasets: "ArrayField[Any, Any]" = ArrayField(models.CharField(max_length=20), default=list)

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="writing"), name="export_due")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        return f"setia-{self.created_at:%Y-%m-%d}.{'zip' if self.kind == self.Kind.CSV else 'xlsx'}"

    @property
    def ends_at(self) -> datetime | None:
        """When the file is thrown away."""
        return self.made_at + KEPT if self.made_at else None
