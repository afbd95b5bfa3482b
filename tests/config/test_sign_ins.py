"""A local start says who may sign in, and only where the demo company is."""

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from config.management.commands.prepare_local import sign_ins
from portfolio.demo import people, store
from portfolio.demo.people import Recruiter

DAY = date(2026, 11, 21)


@pytest.fixture
def demo(db: None, settings: Any) -> None:
    settings.DEMO = True
    store.save_people(Recruiter(date(2023, 12, 1), DAY).recruit(), with_sign_ins=True)


def test_everybody_who_is_listed_can_sign_in_with_the_password_that_is_printed(demo: None) -> None:
    first, *lines = sign_ins()
    assert people.PASSWORD in first
    assert len(lines) == len(people.SIGN_INS)
    for line in lines:
        assert User.objects.get(email=line.split()[0]).check_password(people.PASSWORD)


def test_nothing_is_listed_where_the_demo_is_off(demo: None, settings: Any) -> None:
    settings.DEMO = False
    assert sign_ins() == []


@pytest.mark.django_db
def test_nothing_is_listed_in_a_database_without_the_demo_company(settings: Any) -> None:
    settings.DEMO = True
    assert sign_ins() == []
