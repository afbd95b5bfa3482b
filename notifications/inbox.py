"""What a person may still read of what she was told: rights are asked again whenever a message is shown."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string

from accounts.models import User
from notifications.models import Notification


def readable(user: User, notifications: Iterable[Notification]) -> list[dict[str, Any]]:
    """Notifications about rows that `user` may see, with the row and one line of text; a statement per kind of row."""
    notifications = list(notifications)
    rows = _visible_rows(user, notifications)
    shown = []
    for notification in notifications:
        about = rows.get((notification.about_type_id, notification.about_id))
        if about is not None:
            context = {**notification.context, "about": about}
            text = render_to_string(f"{notification.template}/subject.txt", context).strip()
            shown.append({"notification": notification, "about": about, "text": text})
    return shown


def _visible_rows(user: User, notifications: list[Notification]) -> dict[tuple[Any, Any], Any]:
    wanted: dict[Any, set[Any]] = defaultdict(set)
    for notification in notifications:
        wanted[notification.about_type].add(notification.about_id)
    found: dict[tuple[Any, Any], Any] = {}
    for content_type, keys in wanted.items():
        model = content_type and content_type.model_class()
        if model:
            visible = model._default_manager.visible_to(user).filter(pk__in=keys).select_related("client")
            found |= {(content_type.pk, row.pk): row for row in visible}
    return found
