from django.db import models

from kpis.models.snapshot import WindowKind


class StaleWindow(models.Model):
    """A window to be computed as a whole: the queue that workers share (kpis/backlog.py)."""

    kind = models.CharField(max_length=5, choices=WindowKind)
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        default_permissions = ()
        ordering = ["-last_day", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "first_day", "last_day"], name="stale_window_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_day} – {self.last_day}"
