"""Races (trust.md 8): eight at the same moment, sixty times, over HTTP or as workers."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import connections
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.client import ClientHandler

from accounts.models import Team, User
from tests.factories import TeamMembershipFactory, UserFactory

RACERS, ROUNDS = 8, 60

Result = TypeVar("Result")


def together(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do all acts at the same moment, each in a thread with a database connection of its own."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Result]) -> Result:
        start.wait()
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


class Browser(RequestFactory):
    """Sends requests through all middleware and gets an error page where Django's test client would raise.

    That client copies whatever is rendered meanwhile, also by other threads: with eight at once most of the time.
    """

    handler = ClientHandler(enforce_csrf_checks=False)

    def request(self, **request: Any) -> HttpResponse:  # type: ignore[override] # answers at once
        return self.handler(self._base_environ(**request))


def signed_in(user: User) -> Browser:
    client, browser = Client(), Browser()
    client.force_login(user)
    browser.cookies = client.cookies
    return browser


def directors(team: Team) -> list[User]:
    """As many directors of the team as there are racers; no name is part of another."""
    people = [UserFactory(full_name=f"Pembalap {chr(65 + number)}") for number in range(RACERS)]
    for person in people:
        TeamMembershipFactory(user=person, team=team, role="director")
    return people
