"""Rules that hold whatever way a row comes in."""

import pytest
from django.utils import timezone

from exchange.models import ApiToken, Heartbeat, ImportLine
from tests.database import Violation, again, assert_refused_by
from tests.factories import ImportFactory, UserFactory

pytestmark = pytest.mark.django_db


def _beat() -> Heartbeat:
    return Heartbeat.objects.create(
        job="exchange.Import", of=1, attempt=1, done=0, total=9, at=timezone.now()
    )


VIOLATIONS: list[tuple[str, Violation]] = [
    (
        "import_line_once",
        lambda: again(ImportLine.objects.create(of=ImportFactory(), number=2, cells={}, outcome="error")),
    ),
    ("api_token_has_a_name", lambda: ApiToken.issue(UserFactory(), "", "read")),
    ("heartbeat_once_per_job", lambda: again(_beat())),
]


@pytest.mark.parametrize(("name", "violation"), VIOLATIONS)
def test_the_database_refuses(name: str, violation: Violation) -> None:
    assert_refused_by(name, violation)
