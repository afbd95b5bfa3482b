"""What a person may still read of what she was told: rights are asked again whenever a message is shown."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.template.loader import render_to_string

from accounts.models import User
from notifications.about import readable_rows
from notifications.models import Notification


def readable(user: User, notifications: Iterable[Notification]) -> list[dict[str, Any]]:
    """Notifications about rows that `user` may see, with the row and one line of text; a statement per kind of row."""
    notifications = list(notifications)
    rows = _readable_rows(user, notifications)
    shown = []
    for notification in notifications:
        about = rows.get((notification.about_type_id, notification.about_id))
        if about is not None:
            context = {**notification.context, "about": about}
            text = render_to_string(f"{notification.template}/subject.txt", context).strip()
            shown.append({"notification": notification, "about": about, "text": text})
    return shown


def _readable_rows(user: User, notifications: list[Notification]) -> dict[tuple[Any, Any], Any]:
    wanted: dict[ContentType, set[Any]] = defaultdict(set)
    for notification in notifications:
        if notification.about_type:
            wanted[notification.about_type].add(notification.about_id)
    return {
        (kind.pk, key): row
        for kind, keys in wanted.items()
        for key, row in readable_rows(kind, keys, user).items()
    }
