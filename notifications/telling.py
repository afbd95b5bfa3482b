"""Telling people something once: in the product, and by mail as each of them wants it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from accounts.days import jakarta_day
from accounts.models import User
from accounts.workdays import is_workday
from notifications.models import DeliveryHours, Notification, OutboundEmail, Preference
from notifications.models.preference import Channel, monday_to_friday
from notifications.outbox import enqueue

QUIET_FROM, QUIET_UNTIL = time(18), time(7, 30)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Message:
    """One thing to tell one person. `key` is told once; `template` is a folder below templates/ (see outbox)."""

    recipient: User
    kind: str
    template: str
    key: str
    about: Model
    context: Mapping[str, Any] = field(default_factory=dict)


def tell(messages: Iterable[Message]) -> None:
    """Show messages in the product to those who want it; whoever was told the same key before is not told again."""
    messages = list(messages)
    people = {message.recipient for message in messages}
    unwanted = _unwanted(Preference.objects.filter(user__in=people, in_app=False))
    Notification.objects.bulk_create(
        (
            _notification(message)
            for message in messages
            if (message.recipient.pk, message.kind) not in unwanted
        ),
        ignore_conflicts=True,
    )


def mail(messages: Iterable[Message], now: datetime) -> None:
    """Put mails into the outbox, due when each recipient takes mails; once per key, none for who wants none."""
    messages = list(messages)
    people = {message.recipient for message in messages}
    unwanted = _unwanted(Preference.objects.filter(user__in=people).exclude(email=Channel.AT_ONCE))
    hours = {row.user_id: row for row in DeliveryHours.objects.filter(user__in=people)}
    OutboundEmail.objects.bulk_create(
        (
            _mail(message, deliver_at(message.recipient, hours.get(message.recipient.pk), now))
            for message in messages
            if (message.recipient.pk, message.kind) not in unwanted
        ),
        ignore_conflicts=True,
    )


def mail_digests(now: datetime) -> int:
    """One mail a day with what is unread to people who want it so; returns to how many. A second run adds none."""
    wanted = Preference.objects.filter(email=Channel.DIGEST, user__is_active=True).select_related("user")
    hours = {row.user_id: row for row in DeliveryHours.objects.filter(user__in=wanted.values("user"))}
    people = {row.user for row in wanted}
    for person in people:
        kinds = [row.kind for row in wanted if row.user_id == person.pk]
        unread = Notification.objects.visible_to(person).unread().filter(kind__in=kinds, created_at__lte=now)
        if unread.exists():
            key = f"digest:{person.pk}:{jakarta_day(now)}"
            due_at = deliver_at(person, hours.get(person.pk), now)
            enqueue(person, "mails/digest", key=key, context={"kinds": kinds}, due_at=due_at)
    return len(people)


def _unwanted(preferences: QuerySet[Preference]) -> set[tuple[int, str]]:
    return set(preferences.values_list("user", "kind"))


def deliver_at(user: User, hours: DeliveryHours | None, now: datetime) -> datetime:
    """The first moment from `now` on outside of the person's quiet hours, on one of her working days, in her zone."""
    quiet_from = hours.quiet_from if hours else QUIET_FROM
    quiet_until = hours.quiet_until if hours else QUIET_UNTIL
    workdays = hours.workdays if hours else monday_to_friday()
    local = now.astimezone(ZoneInfo(user.time_zone))
    if local.time() >= quiet_from:
        local = _at(local + ONE_DAY, quiet_until)
    elif local.time() < quiet_until:
        local = _at(local, quiet_until)
    for _ in range(31):  # a person without any working day still gets her mail within a month
        if local.isoweekday() in workdays and is_workday(local.date()):
            break
        local = _at(local + ONE_DAY, quiet_until)
    return local


def _at(moment: datetime, clock: time) -> datetime:
    return moment.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)


def _notification(message: Message) -> Notification:
    return Notification(
        recipient=message.recipient,
        kind=message.kind,
        template=message.template,
        context=dict(message.context),
        key=message.key,
        about_type=ContentType.objects.get_for_model(message.about),
        about_id=message.about.pk,
    )


def _mail(message: Message, due_at: datetime) -> OutboundEmail:
    return OutboundEmail(
        recipient=message.recipient,
        template=message.template,
        context=dict(message.context),
        dedup_key=message.key,
        about_type=ContentType.objects.get_for_model(message.about),
        about_id=message.about.pk,
        due_at=due_at,
    )
