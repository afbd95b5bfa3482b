"""A file on its way into the database, and what came of each of its lines."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exchange.models.job import Job

KEPT = timedelta(days=30)  # files hold personal data; an import can be undone as long as it is kept


class Import(Job):
    """One file of one kind of rows. Only who brought it sees it: it may hold what others may not read."""

    class State(models.TextChoices):
        READING = "reading", pgettext_lazy("import", "To be read")
        CHECKING = "checking", pgettext_lazy("import", "Being checked")
        CHECKED = "checked", pgettext_lazy("import", "Checked")
        APPLYING = "applying", pgettext_lazy("import", "Being taken over")
        APPLIED = "applied", pgettext_lazy("import", "Taken over")
        UNDOING = "undoing", pgettext_lazy("import", "Being undone")
        UNDONE = "undone", pgettext_lazy("import", "Undone")

    BUSY = (State.CHECKING, State.APPLYING, State.UNDOING)

    dataset = models.CharField(_("kind of rows"), max_length=20)
    file_name = models.CharField(_("file"), max_length=200)
    file = models.BinaryField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READING)
    notation = models.JSONField(default=dict)  # exchange.reading.Notation
    mapping = models.JSONField(default=dict)  # exchange.importing.lines.Mapping
    applied_at = models.DateTimeField(_("taken over"), null=True)

    class Meta:
        verbose_name = pgettext_lazy("noun", "import")
        verbose_name_plural = pgettext_lazy("noun", "imports")
        default_permissions = ()
        permissions = [("import_data", _("Can import files"))]
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["checking", "applying", "undoing"]),
                name="import_due",
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportLine(models.Model):
    """What a line says, and what it does or would do."""

    class Outcome(models.TextChoices):
        CREATED = "created", pgettext_lazy("line of an import", "New")
        CHANGED = "changed", pgettext_lazy("line of an import", "Changed")
        UNCHANGED = "unchanged", pgettext_lazy("line of an import", "Unchanged")
        ERROR = "error", pgettext_lazy("line of an import", "Error")
        LEFT_OUT = "left_out", pgettext_lazy("line of an import", "Left out")

    of = models.ForeignKey(Import, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("line"))
    cells = models.JSONField()  # text by column, as it stands in the file
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    changes = models.JSONField(default=list)  # [column, old, new]
    problems = models.JSONField(default=list)  # [column, text]
    hints = models.JSONField(default=list)  # text
    rows: "models.JSONField[Any, Any]" = models.JSONField(default=list)  # what was written, for undo

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="import_line_once")]
        indexes = [models.Index(fields=["of", "outcome", "number"], name="import_line_by_outcome")]

    def __str__(self) -> str:
        return f"{self.of}: {self.number}"
