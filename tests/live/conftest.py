"""The whole product in a folder of its own: both servers, web, worker and beat, as `dev.py run` starts them."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import psycopg
import pytest

from config.local.__main__ import listen, web_command, worker_command
from config.local.procs import Child, stop
from config.local.stack import Stack, application_environment
from tests.live.company import PASSWORD

BASE_DIR = Path(__file__).resolve().parent.parent.parent
NOT_OURS = ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"]  # of the test run around us


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/live/" in item.nodeid:
            item.add_marker(pytest.mark.live)


@dataclass
class Site:
    stack: Stack
    url: str
    env: dict[str, str]
    worker: Child | None = None

    def stop_worker(self) -> None:
        assert self.worker
        stop([self.worker])

    def start_worker(self) -> None:
        self.worker = Child.start(
            "worker",
            worker_command(self.stack),
            root=self.stack.root,
            log=self.stack.root / "worker.log",
            env=self.env,
            cwd=BASE_DIR,
        )

    def stop_valkey(self) -> None:
        stop([self.stack.servers.pop()])  # the last that was started

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.stack.urls()["DATABASE_URL"]) as connection:
            return connection.execute(statement, parameters).fetchall()


class Inputs(HTMLParser):
    """Names and values of the inputs in the page's main part."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.feed(page[page.index("<main") : page.index("</main>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("name"):
            self.values[str(found["name"])] = found.get("value") or ""


@dataclass
class Person:
    """Somebody with a browser that has no JavaScript. Notes how long each answer took."""

    site: str
    seconds: float = 0
    opener: Any = field(default_factory=lambda: build_opener(HTTPCookieProcessor(CookieJar())))

    def get(self, path: str, data: dict[str, str] | None = None) -> tuple[int, str]:
        body = urlencode(data).encode() if data is not None else None
        started = time.monotonic()
        try:
            with self.opener.open(self.site + path, body, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode()
        finally:
            self.seconds = time.monotonic() - started

    def submit(self, path: str, page: str, **changes: str) -> tuple[int, str]:
        """Send the form of a page back with some fields changed."""
        return self.get(path, Inputs(page).values | changes)

    def sign_in(self, mailbox: str) -> "Person":
        _status, page = self.get("/account/login/")
        status, page = self.submit(
            "/account/login/", page, login=f"{mailbox}@contoh.example", password=PASSWORD
        )
        assert status == 200
        assert 'name="password"' not in page, "not signed in"
        return self

    def as_of(self, path: str) -> str:
        """The first “as of” of a page."""
        found = re.search(r"(?:Per|As of) ([^<]+)", self.get(path)[1])
        assert found, f"{path} does not say as of when"
        return found[1].strip()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("live")
    with pytest.MonkeyPatch.context() as environment:
        for name in NOT_OURS:
            environment.delenv(name, raising=False)
        environment.setenv("STATIC_ROOT", str(folder / "static"))
        environment.setenv("DEMO", "false")
        environment.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
        stack = Stack(folder / ".local", throwaway=True)
        web = site = None
        try:
            stack.start()
            with listen(None) as listener:
                port = listener.getsockname()[1]
                env = application_environment(stack, port)
                for command in (["manage.py", "prepare_local"], ["-m", "tests.live.company"]):
                    subprocess.run([sys.executable, *command], env=env, cwd=BASE_DIR, check=True)
                web = Child.start(
                    "web",
                    web_command(listener),
                    root=stack.root,
                    log=stack.root / "web.log",
                    env=env,
                    cwd=BASE_DIR,
                    pass_fds=[listener.fileno()],
                )
            site = Site(stack, env["SITE_URL"], env)
            site.start_worker()
            yield site
        finally:
            stop([each for each in (web, site and site.worker) if each])
            stack.stop()  # and whatever is left in its folder


def within(seconds: float, right: Callable[[], bool]) -> float:
    """Wait until `right()`; how long it took. Fails after `seconds`."""
    started = time.monotonic()
    while not right():
        assert time.monotonic() - started < seconds, f"not right within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - started
