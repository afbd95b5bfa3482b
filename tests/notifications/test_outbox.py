"""Mail through the outbox: once, in the reader's language, only to who may still read it; trust.md 2."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from typing import Any
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError
from django.db.models import QuerySet

from clients.models import Assignment
from notifications import outbox
from notifications.models import OutboundEmail
from notifications.tasks import send_due_mail
from tests.conftest import NOW, Cast
from tests.factories import OutboundEmailFactory, UserFactory
from tests.races import RACERS, ROUNDS, together

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def templates(tmp_path: Path, settings: Any) -> None:
    """A mail with everything a context can hold, away from the product's own texts."""
    folder = tmp_path / "mails" / "uji"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("{% load i18n %}{% get_current_language as l %}{{ l }}: {{ word }}\n")
    (folder / "body.txt").write_text(
        "Yth. {{ recipient.full_name }}, {{ about|default:'tanpa klien' }}: {{ word }}"
    )
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path, *engine["DIRS"]]}]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Exception]]:
    """Faults that the mail server answers with, one per mail, before it accepts."""
    faults: list[Exception] = []
    accept = EmailMessage.send

    def send(message: EmailMessage, fail_silently: bool = False) -> int:
        if faults:
            raise faults.pop(0)
        return accept(message, fail_silently)

    monkeypatch.setattr(EmailMessage, "send", send)
    return faults


def enqueue(**changes: Any) -> OutboundEmail:
    values: dict[str, Any] = {
        "template": "mails/uji",
        "key": "surat-1",
        "context": {"word": "KATA"},
        "due_at": NOW,
    }
    values |= changes
    recipient = values.pop("recipient", None) or UserFactory()
    outbox.enqueue(recipient, values.pop("template"), **values)
    return OutboundEmail.objects.get(dedup_key=values["key"])


def test_the_same_key_is_enqueued_once(mailoutbox: list[EmailMessage]) -> None:
    enqueue()
    enqueue(context={"word": "LAIN"})
    assert outbox.send_due(NOW) == 1
    assert "KATA" in mailoutbox[0].body


def test_a_mail_waits_until_it_is_due() -> None:
    enqueue(due_at=NOW + MINUTE)
    assert outbox.send_due(NOW) == 0
    assert outbox.send_due(NOW + MINUTE) == 1


def test_a_mail_without_a_time_is_due_at_once() -> None:
    enqueue(due_at=None)
    assert send_due_mail() == 1


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_mail_speaks_the_language_of_its_reader_when_it_is_sent(
    mailoutbox: list[EmailMessage], language: str
) -> None:
    mail = enqueue()
    mail.recipient.language = language
    mail.recipient.save()
    outbox.send_due(NOW)
    assert mailoutbox[0].subject == f"{language}: KATA"


def test_a_mail_is_plain_text_and_its_subject_one_line(mailoutbox: list[EmailMessage]) -> None:
    enqueue(context={"word": "Tom & <b>Jerry</b>\nBcc: semua@contoh.example"})
    outbox.send_due(NOW)
    assert mailoutbox[0].subject == "id: Tom & <b>Jerry</b> Bcc: semua@contoh.example"
    assert mailoutbox[0].recipients() == [OutboundEmail.objects.get().recipient.email]


def test_every_attempt_carries_the_same_message_id(mailoutbox: list[EmailMessage]) -> None:
    mail = enqueue()
    outbox.send_due(NOW)
    OutboundEmail.objects.update(state="due", sent_at=None)  # the worker died before its commit
    outbox.send_due(NOW)
    first, second = (message.message()["Message-ID"] for message in mailoutbox)
    mail.refresh_from_db()
    assert first == second == mail.message_id
    assert first.endswith("@localhost>")


def test_what_a_mail_said_is_forgotten_once_it_is_sent() -> None:
    mail = enqueue()
    outbox.send_due(NOW)
    mail.refresh_from_db()
    assert (mail.state, mail.sent_at, mail.context, mail.lease_until) == ("sent", NOW, {}, None)


@pytest.mark.parametrize(
    "fault",
    [
        SMTPResponseException(421, b"later"),
        SMTPServerDisconnected("gone"),
        SMTPAuthenticationError(535, b"our password is wrong"),
        SMTPRecipientsRefused({"a@contoh.example": (450, b"greylisted")}),
        TimeoutError("tarpit"),
        ConnectionRefusedError(),
    ],
)
def test_a_passing_fault_is_tried_again_after_a_growing_wait(
    server: list[Exception], fault: Exception
) -> None:
    mail = enqueue()
    server.extend([fault, fault])
    outbox.send_due(NOW)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.due_at) == ("due", 1, NOW + MINUTE)
    assert type(fault).__name__ in mail.last_error
    assert outbox.send_due(NOW) == 0
    outbox.send_due(NOW + MINUTE)
    mail.refresh_from_db()
    assert mail.due_at == NOW + 3 * MINUTE
    assert outbox.send_due(NOW + 3 * MINUTE) == 1


@pytest.mark.parametrize(
    "fault",
    [
        SMTPResponseException(550, b"no such mailbox"),
        SMTPDataError(554, b"spam"),
        SMTPRecipientsRefused({"a@contoh.example": (550, b"no such mailbox")}),
    ],
)
def test_a_refusal_for_good_is_not_tried_again(server: list[Exception], fault: Exception) -> None:
    mail = enqueue()
    server.append(fault)
    outbox.send_due(NOW)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("failed", 1)
    assert outbox.send_due(NOW + timedelta(days=1)) == 0


def test_a_mail_is_given_up_after_ten_attempts(server: list[Exception]) -> None:
    mail = enqueue()
    server.extend([ConnectionRefusedError()] * 20)
    now = NOW
    for _ in range(12):
        outbox.send_due(now)
        now += timedelta(days=1)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, len(server)) == ("dead", 10, 10)


def test_a_mail_that_kills_its_worker_ten_times_is_given_up() -> None:
    mail = enqueue()
    now = NOW
    for _ in range(10):
        assert outbox.claim(now, 1) == [mail]  # and never settled
        now += outbox.LEASE
    assert outbox.claim(now, 1) == []
    mail.refresh_from_db()
    assert mail.state == "dead"


def test_one_bad_mail_does_not_stop_the_others(mailoutbox: list[EmailMessage]) -> None:
    bad = enqueue(template="mails/tidak-ada", key="rusak")
    enqueue()
    assert outbox.send_due(NOW) == 1
    bad.refresh_from_db()
    assert bad.state == "due"
    assert "TemplateDoesNotExist" in bad.last_error


def test_a_claimed_mail_is_left_alone_until_its_lease_is_over() -> None:
    mail = enqueue()
    assert outbox.claim(NOW, 5) == [mail]
    assert outbox.claim(NOW + outbox.LEASE - timedelta(seconds=1), 5) == []
    assert outbox.claim(NOW + outbox.LEASE, 5) == [mail]


def test_a_worker_that_comes_back_late_does_not_overwrite_what_another_did() -> None:
    mail = enqueue()
    [late] = outbox.claim(NOW, 1)
    outbox.send_due(NOW + outbox.LEASE)
    outbox._failed(late, ConnectionRefusedError(), NOW)
    mail.refresh_from_db()
    assert mail.state == "sent"


def test_a_batch_that_only_waits_for_the_server_ends_before_its_lease(settings: Any) -> None:
    assert outbox.LEASE.total_seconds() > settings.EMAIL_TIMEOUT * outbox.BATCH


@pytest.mark.usefixtures("frozen")
def test_who_lost_the_right_before_sending_gets_no_mail(cast: Cast, mailoutbox: list[EmailMessage]) -> None:
    mail = enqueue(recipient=cast.owner, about=cast.client)
    Assignment.objects.filter(user=cast.owner).update(end=NOW.date() - timedelta(days=1))
    outbox.send_due(NOW)
    mail.refresh_from_db()
    assert (mail.state, mailoutbox) == ("dead", [])
    assert "may not see" in mail.last_error


@pytest.mark.usefixtures("frozen")
def test_who_may_see_it_reads_what_the_mail_is_about(cast: Cast, mailoutbox: list[EmailMessage]) -> None:
    enqueue(recipient=cast.owner, about=cast.client)
    outbox.send_due(NOW)
    assert "Nusarena Pangan" in mailoutbox[0].body


def test_somebody_deactivated_gets_no_mail(mailoutbox: list[EmailMessage]) -> None:
    mail = enqueue(recipient=UserFactory(is_active=False))
    outbox.send_due(NOW)
    mail.refresh_from_db()
    assert (mail.state, mailoutbox) == ("dead", [])


def eight_workers(mails: int) -> int:
    """Eight workers that look into the outbox at the same moment; returns how many mails they say they sent."""
    for number in range(mails):
        OutboundEmailFactory(template="mails/uji", due_at=NOW, dedup_key=f"{uuid4()}:{number}")
    return sum(together([one_worker] * RACERS))


def one_worker() -> int:
    """A worker that claims what another one has just sent dies of a constraint; only without the lock."""
    try:
        return outbox.send_due(NOW)
    except IntegrityError:
        return 0


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_send_each_mail_once(mailoutbox: list[EmailMessage]) -> None:
    for _ in range(ROUNDS):
        assert eight_workers(mails=3) == 3
    sent = Counter(message.extra_headers["Message-ID"] for message in mailoutbox)
    assert (len(sent), set(sent.values())) == (3 * ROUNDS, {1})
    assert OutboundEmail.objects.filter(state="sent", attempts=1).count() == 3 * ROUNDS


GUARDS = {
    "lock": (QuerySet, "select_for_update", lambda rows, **options: rows),
    "lease": (outbox, "LEASE", timedelta(0)),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guard", GUARDS)
def test_without_one_of_the_guards_the_same_race_sends_doubles(
    mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    """The faults that the claim prevents; if this test fails, the one above proves nothing any more."""
    monkeypatch.setattr(*GUARDS[guard])
    for _ in range(8):
        eight_workers(mails=3)
    assert len(mailoutbox) > 3 * 8
