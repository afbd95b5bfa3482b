from celery import shared_task
from django.utils import timezone

from notifications import outbox, telling


@shared_task
def send_due_mail() -> int:
    """Send what is due in the outbox; returns how many mails were sent."""
    return outbox.send_due(timezone.now())


@shared_task
def mail_digests() -> int:
    """Put the daily mails into the outbox; returns to how many people."""
    return telling.mail_digests(timezone.now())
