"""Chromium against the real site: one server, one set of rows and one browser page for all browser tests.

Playwright's sync API keeps an event loop running in the test's thread, and Django then refuses the database there.
Nothing here is asynchronous and no other thread touches these connections, so the guard is switched off.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connections
from django.test import Client as Session
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from accounts.days import today
from accounts.models import User
from clients.merging.merge import merge
from clients.models import NotDuplicate
from contracts.alerts import raise_alerts
from exchange.models import ImportLine
from kpis.closing import close
from kpis.snapshots import rebuild_all
from tests import factories
from tests.conftest import Cast, empty_test_database, make_cast

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": shutil.which("chromium"), "args": CHROMIUM_ARGS, "headless": True}


@dataclass
class Site:
    """The running site and what is in it. `visit` signs in without the sign-in page."""

    url: str
    cast: Cast

    def sign_in(self, context: BrowserContext, user: User | None) -> None:
        """Make the context that of `user`, or of a stranger."""
        context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        if user is None:
            return
        session = Session()
        session.force_login(user)
        value = session.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.url}])


@pytest.fixture(scope="package")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Instead of pytest-django's: the server has connections of its own, so rows must be committed.

    The name matters: pytest-django makes a test database only if a test asks for a fixture called so.
    """
    with django_db_blocker.unblock():
        empty_test_database()
        yield
        empty_test_database()
        # While Playwright's loop runs, Django keeps a connection apart for it, which nobody else would close; and a
        # database with a connection is not dropped.
        connections.close_all()


def furnish(cast: Cast) -> None:
    """One row of everything for the owner's client, so that no page is empty."""
    contact = factories.ContactFactory(client=cast.client, full_name="Wahyuni", salutation="Ibu")
    factories.InteractionFactory(client=cast.client, by=cast.owner, contact=contact)
    factories.TaskFactory(client=cast.client, owner=cast.owner)
    factories.AnswerFactory(client=cast.client, contact=contact)
    start = today() - timedelta(days=340)  # so that a decision is due, an alert is open and somebody was told
    contract = factories.ContractFactory(client=cast.client, start=start, end=today() + timedelta(days=25))
    line = factories.ContractLineFactory(contract=contract)
    rebuild_all(today())
    month = (today().replace(day=1) - timedelta(days=1)).replace(day=1)
    close(month, cast.director, timezone.now())
    line.unit_price += 1_000_000  # a correction after the closing
    line.save(update_fields=["unit_price"])
    rebuild_all(today())
    raise_alerts(timezone.now())
    rights = ("add_team", "add_user", "add_teammembership", "add_position", "add_product")
    cast.director.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    furnish_duplicates(cast)
    for state in ("reading", "checked", "applying", "applied"):
        furnish_import(cast.director, state)


def furnish_duplicates(cast: Cast) -> None:
    """The owner's client once more, with another owner; a pair told apart; a client that was merged into it."""
    twin = factories.ClientFactory(legal_name="NUSARENA PANGAN", code="K-2", city="Bogor", brand_name="Nusa")
    factories.AssignmentFactory(client=twin, user=cast.colleague)
    factories.TaskFactory(client=twin, owner=cast.colleague)
    other, gone = (factories.ClientFactory(legal_name=name) for name in ("Nusarena Jaya", "Nusarena Lama"))
    for client in (other, gone):
        factories.AssignmentFactory(client=client, user=cast.owner)
    NotDuplicate.objects.create(one=cast.client, other=other, by=cast.director)
    merge(cast.client.pk, gone.pk, takes=(), by=cast.director, now=timezone.now())


def furnish_import(importer: User, state: str) -> None:
    """A file with a line of each outcome."""
    job = factories.ImportFactory(requested_by=importer, state=state, claimed_at=timezone.now())
    cells = {"code": "K-1", "legal_name": "PT Tirtavana Pangan", "city": "Bandung"}
    said: dict[str, dict[str, Any]] = {
        "created": {"changes": [["code", "", "K-1"], ["legal_name", "", "Tirtavana Pangan"]]},
        "changed": {"changes": [["city", "Solo", "Bandung"]], "hints": ["Ditemukan lewat namanya"]},
        "unchanged": {},
        "error": {"problems": [["city", "Kota ini tidak ada"], ["", "Baris ini salah"]]},
        "left_out": {"hints": ["Bagian dari baris 5"]},
    }
    for number, (outcome, more) in enumerate(said.items(), 2):
        ImportLine.objects.create(of=job, number=number, cells=cells, outcome=outcome, **more)


@pytest.fixture(scope="package")
def site(db: None) -> Iterator[Site]:
    with override_settings(ROOT_URLCONF="tests.browser.urls", ALLOWED_HOSTS=["localhost"]):
        server = LiveServer("localhost")
        cast = make_cast()
        furnish(cast)
        yield Site(url=server.url, cast=cast)
        server.stop()


@pytest.fixture(scope="package")
def tab(browser: Browser, site: Site) -> Iterator[Page]:
    """One browser tab for many tests: signing in and loading styles once saves most of the time.

    It needs the site so that it closes first.
    """
    context = browser.new_context()
    yield context.new_page()
    context.close()
