"""Who looks after a client: the actions that change it."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import formats
from accounts.models import User
from clients.models import Assignment, Client
from clients.revisions import last_change

ONE_DAY = timedelta(days=1)


class TooLateError(Exception):
    """Somebody else changed the owner first; the message says who it is now."""


@transaction.atomic
def create_client(client: Client, *, by: User, day: date) -> Client:
    """Save a new client; its creator owns it from `day` on in the role of her own track (domain.md, Rights)."""
    client.created_by = by
    client.save()
    Assignment.objects.create(client=client, user=by, role=by.owner_role, start=day)
    return client


def latest_owner(client: Client, role: str) -> Assignment | None:
    """The newest assignment in an owning role, running, planned or ended: what a replacement replaces."""
    return Assignment.objects.filter(client=client, role=role).select_related("user").order_by("start").last()


def assign_owner(
    client: Client, *, role: str, user: User, start: date, expected: int | None, reason: str
) -> Assignment:
    """`user` owns the client in `role` from `start` on; whoever owned it until then is ended the day before.

    Lock the client first (clients.gate). `expected` is the primary key of the latest assignment that the caller saw,
    None for none. Raises TooLateError if it is another one by now, ValidationError for a day that is taken.
    """
    latest = latest_owner(client, role)
    if (latest and latest.pk) != expected:
        raise TooLateError(_who_was_faster(latest))
    if latest:
        _make_room(latest, user, start)
    assignment = Assignment(client=client, user=user, role=role, start=start, reason=reason)
    assignment.full_clean()
    assignment.save()
    return assignment


def _make_room(latest: Assignment, user: User, start: date) -> None:
    if latest.start > start:
        text = _("%(person)s is planned from %(day)s on; choose that day or a later one.")
        raise ValidationError({"start": text % {"person": latest.user, "day": formats.day(latest.start)}})
    if latest.end and latest.end < start:
        return
    if latest.user == user:
        raise ValidationError({"user": _("%(person)s has this role already.") % {"person": user}})
    if latest.start == start:  # one day, one owner: whoever was set for this day never was
        latest.delete()
        return
    latest.end = start - ONE_DAY
    latest.save(update_fields=["end"])


def _who_was_faster(latest: Assignment | None) -> str:
    if latest is None:
        return _("The assignment that you wanted to replace is no longer there.")
    text = _(
        "Somebody was faster: since %(day)s it is %(person)s (%(change)s). Choose again if that is not right."
    )
    return text % {"day": formats.day(latest.start), "person": latest.user, "change": last_change(latest)}
