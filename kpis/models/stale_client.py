from django.db import models
from django.db.models.functions import Now

from clients.models import Client


class StaleClient(models.Model):
    """A mark: this client's derived rows may be out of date. The queue of the rebuild.

    Append-only, several marks per client are normal: a unique mark with ON CONFLICT would lose the write that
    commits while a rebuild is at work. Written by the triggers of kpis/stale.py.
    `since`: earliest day whose numbers the write can change, where comparing derived rows does not show it.
    Without a client only windows are out of date, from `since` on (kpis/backlog.py).
    """

    client = models.ForeignKey(Client, models.SET_NULL, null=True, related_name="+")
    marked_at = models.DateTimeField(db_default=Now())
    since = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.client_id} ({self.marked_at})"
