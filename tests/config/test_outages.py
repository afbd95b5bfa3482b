"""A database that is away is our own 503 page; a statement that it refuses is not."""

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from django.test import Client

from config.errors import is_connection_lost


@pytest.fixture
def quiet_client() -> Client:
    return Client(raise_request_exception=False)


def refused(*args: object) -> None:
    raise OperationalError("connection refused")


def test_a_view_without_database_answers_503(quiet_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.health.MigrationExecutor", refused)
    answer = quiet_client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "text/html" in answer.headers["Content-Type"]


def test_a_middleware_without_database_answers_503(
    quiet_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.contrib.auth.middleware.get_user", refused)
    assert quiet_client.get("/account/login/").status_code == 503


@pytest.mark.parametrize(
    ("state", "lost"),
    [
        (psycopg.errors.ConnectionFailure, True),
        (psycopg.errors.AdminShutdown, True),
        (psycopg.errors.LockNotAvailable, False),
        (psycopg.errors.DeadlockDetected, False),
        (psycopg.errors.QueryCanceled, False),
    ],
)
def test_only_a_lost_connection_is_an_outage(state: type[psycopg.Error], lost: bool) -> None:
    error = OperationalError("…")
    error.__cause__ = state()
    assert is_connection_lost(error) is lost


def test_a_connection_that_cannot_be_made_is_an_outage() -> None:
    assert is_connection_lost(OperationalError("connection refused"))
    assert is_connection_lost(InterfaceError("connection already closed"))
    assert not is_connection_lost(IntegrityError("duplicate key"))
    assert not is_connection_lost(None)
