"""Who looks after a client: the actions that change it."""

from datetime import date

from django.db import transaction

from accounts.models import User
from clients.models import Assignment, Client


@transaction.atomic
def create_client(client: Client, *, by: User, day: date) -> Client:
    """Save a new client; its creator owns it from `day` on in the role of her own track (domain.md, Rights)."""
    client.created_by = by
    client.save()
    Assignment.objects.create(client=client, user=by, role=by.owner_role, start=day)
    return client
