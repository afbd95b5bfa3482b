"""One throttle serves all threads of a process; what it counts for one token is nothing to another."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache.backends.locmem import LocMemCache

from exchange.api.auth import PerToken


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def asked_by(pk: int) -> Any:
    return SimpleNamespace(auth=SimpleNamespace(pk=pk))


def test_two_tokens_at_once_are_counted_apart(
    monkeypatch: pytest.MonkeyPatch, threads: ThreadPoolExecutor
) -> None:
    throttle = PerToken("1/m")
    began, over = Event(), Event()
    first = iter([True])

    def timer() -> float:
        """The first one to come here has read its history, and goes on when the other one is through."""
        if next(first, False):
            began.set()
            assert over.wait(10)
        return time.time()

    monkeypatch.setattr(PerToken, "cache", LocMemCache("throttle", {}))
    monkeypatch.setattr(PerToken, "timer", staticmethod(timer))
    slow = threads.submit(throttle.allow_request, asked_by(1))
    assert began.wait(10)
    fast = threads.submit(throttle.allow_request, asked_by(2)).result()
    over.set()
    assert (slow.result(), fast) == (True, True)
    assert [throttle.allow_request(asked_by(pk)) for pk in (1, 2)] == [False, False]


def test_when_to_come_back_is_that_of_the_own_token(
    monkeypatch: pytest.MonkeyPatch, threads: ThreadPoolExecutor
) -> None:
    throttle = PerToken("1/m")
    now = 1000.0
    monkeypatch.setattr(PerToken, "cache", LocMemCache("waiting", {}))
    monkeypatch.setattr(PerToken, "timer", staticmethod(lambda: now))
    assert throttle.allow_request(asked_by(1))
    now = 1040.0
    assert not throttle.allow_request(asked_by(1))
    assert threads.submit(throttle.allow_request, asked_by(2)).result()
    assert throttle.wait() == 20
