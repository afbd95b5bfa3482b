from celery import shared_task
from django.utils import timezone

from clients.merging.undo import forget_expired


@shared_task
def forget_expired_merges() -> int:
    """What undoing a merge would need is kept for 30 days."""
    return forget_expired(timezone.now())
