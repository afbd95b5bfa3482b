from celery import shared_task
from django.utils import timezone

from contracts import alerts


@shared_task
def raise_renewal_alerts() -> int:
    """Bring the renewal alerts up to date and tell owners of new stages; returns how many alerts are open."""
    return alerts.raise_alerts(timezone.now())
