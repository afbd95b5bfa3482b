"""Logging what happened with a client, and the next step that follows from it."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from clients.models import Interaction, Task


@transaction.atomic
def log_interaction(interaction: Interaction, *, by: User, now: datetime) -> Interaction:
    """Save an interaction logged by `by`; a next step with a day becomes her task."""
    interaction.by = by
    interaction.created_at = now
    interaction.save()
    if interaction.next_step and interaction.next_step_due:
        Task.objects.create(
            client=interaction.client,
            title=interaction.next_step,
            due_on=interaction.next_step_due,
            owner=by,
            source=Task.Source.INTERACTION,
        )
    return interaction
