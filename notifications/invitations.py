"""How a colleague gets in: a mail with a link by which she sets her first password (valid a week, works once)."""

from datetime import datetime

from accounts.models import User
from notifications.outbox import enqueue

INVITATION = "mails/invitation"


def invite(user: User, now: datetime) -> bool:
    """Mail an invitation to somebody who never set a password, at most one an hour; False if she needs none."""
    if user.has_usable_password() or not user.is_active:
        return False
    enqueue(user, INVITATION, key=f"invitation:{user.pk}:{now:%Y-%m-%dT%H}")
    return True
