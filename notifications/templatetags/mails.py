from datetime import date
from typing import Any

from django import template

from accounts import formats
from accounts.models import User
from accounts.tokens import password_link
from notifications.inbox import readable
from notifications.models import Notification

register = template.Library()
register.simple_tag(password_link)  # made while the mail is rendered: no working link ever lies in the outbox


@register.filter
def iso_day(value: str) -> str:
    """A day that was stored as text, as people write it: “Selasa, 1 Desember 2026”."""
    return formats.long_day(date.fromisoformat(value))


@register.simple_tag
def unread_of(recipient: User, kinds: list[str]) -> list[dict[str, Any]]:
    """What the recipient has not read yet and may still read, for the daily mail."""
    notifications = Notification.objects.visible_to(recipient).unread().filter(kind__in=kinds)
    return readable(recipient, notifications.select_related("about_type")[:50])
