"""Every rule of notifications that the database holds, broken past the ORM."""

import pytest

from tests.database import Violation, again, assert_refused_by, put
from tests.factories import NotificationFactory, OutboundEmailFactory, PreferenceFactory

pytestmark = pytest.mark.django_db

VIOLATIONS: list[tuple[str, Violation]] = [
    ("outbox_sent_has_a_time", lambda: put(OutboundEmailFactory(), state="sent")),
    ("outbox_sent_has_a_time", lambda: put(OutboundEmailFactory(), sent_at="2026-11-21 10:00+07")),
    ("outbox_claim_has_a_lease", lambda: put(OutboundEmailFactory(), state="claimed")),
    ("preference_once_per_kind", lambda: again(PreferenceFactory())),
    ("notifications_notification_key_key", lambda: again(NotificationFactory())),
    ("notifications_outboundemail_dedup_key_key", lambda: again(OutboundEmailFactory())),
]


@pytest.mark.parametrize(("name", "violation"), VIOLATIONS)
def test_the_database_refuses(name: str, violation: Violation) -> None:
    assert_refused_by(name, violation)
