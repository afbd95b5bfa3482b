"""The outbox (trust.md 2): whoever wants a mail sent writes a row; a worker claims, renders and sends it.

At least once: a worker that dies between the server's "250 OK" and our commit sends again, with the same Message-ID.
"""

import hashlib
from datetime import datetime, timedelta
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPHeloError,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Model, Q
from django.template import Context, loader
from django.utils import timezone, translation

from accounts.models import User
from notifications.about import readable_rows
from notifications.models import OutboundEmail

State = OutboundEmail.State

LEASE = timedelta(minutes=5)  # longer than a batch of mails, each waiting EMAIL_TIMEOUT, can take
BATCH = 20
MOST_ATTEMPTS = 10

log = structlog.get_logger(__name__)


def enqueue(
    recipient: User,
    template: str,
    *,
    key: str,
    context: dict[str, Any] | None = None,
    about: Model | None = None,
    due_at: datetime | None = None,
) -> None:
    """Have `templates/<template>/subject.txt` and `body.txt` mailed to `recipient`, once per `key`.

    `context` is JSON and free of secrets. With `about`, the mail goes out only if the recipient may see that row when
    it is sent. Without `due_at` the mail is due at once.
    """
    mail = OutboundEmail(
        recipient=recipient,
        template=template,
        dedup_key=key,
        context=context or {},
        about_type=ContentType.objects.get_for_model(about) if about else None,
        about_id=about.pk if about else None,
        due_at=due_at or timezone.now(),
    )
    OutboundEmail.objects.bulk_create([mail], ignore_conflicts=True)


def send_due(now: datetime, limit: int = BATCH) -> int:
    """Send up to `limit` mails that are due at `now`; returns how many were sent. Safe to run twice at once."""
    return sum(_deliver(mail, now) for mail in claim(now, limit))


@transaction.atomic
def claim(now: datetime, limit: int) -> list[OutboundEmail]:
    """Take mails that are due or whose worker died (lease over) for this worker alone, for `LEASE` from `now`."""
    waiting = OutboundEmail.objects.filter(
        Q(state=State.DUE, due_at__lte=now) | Q(state=State.CLAIMED, lease_until__lte=now)
    )
    waiting.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=State.DEAD, lease_until=None, last_error="The worker died while sending, again and again."
    )
    mails = list(waiting.order_by("due_at", "pk").select_for_update(skip_locked=True)[:limit])
    ids = [mail.pk for mail in mails]
    OutboundEmail.objects.filter(pk__in=ids).update(
        state=State.CLAIMED, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return list(
        OutboundEmail.objects.filter(pk__in=ids)
        .select_related("recipient", "about_type")
        .order_by("due_at", "pk")
    )


def _deliver(mail: OutboundEmail, now: datetime) -> bool:
    """Send one claimed mail and write down what came of it; never raises, one bad mail must not stop the others."""
    if refusal := _refusal(mail):
        _settle(mail, state=State.DEAD, last_error=refusal)
        return False
    try:
        message = _render(mail)
        message.send()
    except Exception as error:  # noqa: BLE001 - a template's fault is retried and given up like a server's
        _failed(mail, error, now)
        return False
    _settle(
        mail,
        state=State.SENT,
        sent_at=now,
        message_id=message.extra_headers["Message-ID"],
        context={},
        last_error="",
    )
    return True


def _refusal(mail: OutboundEmail) -> str:
    """Why the recipient must not get this mail (any more); empty if she may."""
    if not mail.recipient.is_active:
        return "The recipient is inactive."
    if mail.about_type is None:
        return ""
    if readable_rows(mail.about_type, [mail.about_id], mail.recipient):
        return ""
    return "The recipient may not see what this mail is about."


def _render(mail: OutboundEmail) -> EmailMessage:
    """The mail in the recipient's language and zone."""
    context = {
        **mail.context,
        "recipient": mail.recipient,
        "about": mail.about,
        "site_url": settings.SITE_URL,
        "company_name": settings.COMPANY_NAME,
    }
    with translation.override(mail.recipient.language), timezone.override(ZoneInfo(mail.recipient.time_zone)):
        subject, body = (_text(f"{mail.template}/{part}.txt", context) for part in ("subject", "body"))
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=body.strip() + "\n",
        to=[mail.recipient.email],
        headers={"Message-ID": _message_id(mail.dedup_key), "Auto-Submitted": "auto-generated"},
    )


def _text(template: str, context: dict[str, Any]) -> str:
    """Plain text: nothing is escaped for HTML."""
    page = loader.get_template(template).template  # type: ignore[attr-defined] # Django's own engine
    return str(page.render(Context(context, autoescape=False)))


def _message_id(key: str) -> str:
    """The same for every attempt, so that mailboxes show a repeated mail once."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{urlsplit(settings.SITE_URL).hostname}>"


def _failed(mail: OutboundEmail, error: Exception, now: datetime) -> None:
    """Refused for good, given up, or due again after 1, 2, 4 … minutes (at most 4 h 16 min after the ninth time)."""
    log.warning("mail_not_sent", mail_id=mail.pk, attempt=mail.attempts, exc_info=error)
    reason = f"{type(error).__name__}: {error}"[:500]
    if _is_permanent(error):
        _settle(mail, state=State.FAILED, last_error=reason)
    elif mail.attempts >= MOST_ATTEMPTS:
        _settle(mail, state=State.DEAD, last_error=reason)
    else:
        later = now + timedelta(minutes=2 ** (mail.attempts - 1))
        _settle(mail, state=State.DUE, due_at=later, last_error=reason)


def _is_permanent(error: Exception) -> bool:
    """5xx about this mail. A 5xx about our sign-in or greeting is our configuration and may be mended."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, SMTPAuthenticationError | SMTPConnectError | SMTPHeloError):
        return False
    return isinstance(error, SMTPResponseException) and error.smtp_code >= 500


def _settle(mail: OutboundEmail, **outcome: Any) -> None:
    """Write the outcome, unless the lease ran out and another worker has claimed the mail since."""
    mine = OutboundEmail.objects.filter(pk=mail.pk, state=State.CLAIMED, attempts=mail.attempts)
    mine.update(lease_until=None, **outcome)
