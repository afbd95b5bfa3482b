"""The embedded servers: private, exclusive, and back after any kind of death."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config.local import procs
from config.local.__main__ import execute, listen
from config.local.procs import MARK, Account, LocalError, end_leftovers
from config.local.stack import AlreadyRunningError, Stack, application_environment
from config.local.state import State

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# Python 3.12 warns about what procs.py does in xdist's workers, which have threads; the real callers have none.
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
SUPERVISOR = """
import sys, time
from pathlib import Path
from config.local.stack import Stack
Stack(Path(sys.argv[1])).start()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module", autouse=True)
def without_urls() -> Iterator[None]:
    """The servers of the test run itself are not the subject here."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("DATABASE_URL")
        environment.delenv("REDIS_URL")
        yield


@pytest.fixture(scope="module")
def stack(without_urls: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Running servers in a folder with a space and an accent in its name."""
    stack = Stack(tmp_path_factory.mktemp("é b") / ".local", throwaway=True)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def test_both_servers_answer_in_a_path_with_spaces(stack: Stack) -> None:
    urls = stack.urls()
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        assert connection.info.server_version >= 180000
    with redis.Redis.from_url(urls["REDIS_URL"]) as client:
        assert client.ping()


def test_the_database_sorts_and_folds_like_the_one_in_production(stack: Stack) -> None:
    query = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()"
    with psycopg.connect(stack.urls()["DATABASE_URL"]) as connection:
        assert connection.execute(query).fetchone() == ("b", "C.UTF-8")


def test_neither_server_lets_anybody_in_without_the_password(stack: Stack) -> None:
    postgres, valkey = stack.state.port("postgres"), stack.state.port("valkey")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgres://setia:wrong@127.0.0.1:{postgres}/setia")
    with socket.create_connection(("127.0.0.1", valkey)) as client:
        client.sendall(b"PING\r\n")
        assert client.recv(100).startswith(b"-NOAUTH")


def test_the_servers_listen_on_this_machine_only(stack: Stack) -> None:
    for server in stack.servers:
        listening = [c for c in psutil.Process(server.process.pid).net_connections() if c.status == "LISTEN"]
        assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}


def test_files_with_passwords_are_readable_by_their_owner_only(stack: Stack) -> None:
    for path in (stack.state.path, stack.root / "valkey" / "valkey.conf"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_start_in_the_same_folder_is_refused_and_harms_nobody(stack: Stack) -> None:
    second = Stack(stack.root)
    with pytest.raises(AlreadyRunningError, match="Already running"):
        second.start()
    second.stop()
    psycopg.connect(stack.urls()["DATABASE_URL"]).close()


def test_the_first_command_of_a_fresh_clone_finds_its_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    on_interrupt = signal.getsignal(signal.SIGINT)
    for is_first in (True, False):
        stack = Stack(tmp_path / ".local")
        try:
            assert execute(stack, [sys.executable, "manage.py", "migrate", "--check"]) == 0
        finally:
            stack.stop()
            signal.signal(signal.SIGINT, on_interrupt)
        assert ("first use" in capfd.readouterr().out) == is_first


def test_after_a_kill_of_everything_the_next_start_finds_the_data(tmp_path: Path) -> None:
    root = tmp_path / ".local"
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, root], stdout=subprocess.PIPE, cwd=BASE_DIR
    ) as first:
        assert first.stdout
        assert any(line == b"ready\n" for line in first.stdout)
        url = f"postgres://setia:{State(root / 'state.json').secret('postgres')}@127.0.0.1"
        with psycopg.connect(f"{url}:{State(root / 'state.json').port('postgres')}/setia") as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        servers = psutil.Process(first.pid).children()
        for process in [psutil.Process(first.pid), *servers]:
            process.kill()
    stack = Stack(root)
    try:
        stack.start()
        with psycopg.connect(stack.urls()["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    finally:
        stack.stop()


def test_servers_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, tmp_path], stdout=subprocess.PIPE, cwd=BASE_DIR
    ) as supervisor:
        assert supervisor.stdout
        assert any(line == b"ready\n" for line in supervisor.stdout)
        servers = psutil.Process(supervisor.pid).children()
        assert len(servers) == 2
        supervisor.kill()
    deadline = time.monotonic() + 10
    while any(procs._is_alive(server) for server in servers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(procs._is_alive(server) for server in servers)


def test_leftovers_of_this_folder_are_ended_and_others_are_not(tmp_path: Path) -> None:
    ours, other = (
        subprocess.Popen(["sleep", "60"], env={**os.environ, MARK: str(folder)}, start_new_session=True)
        for folder in (tmp_path, tmp_path / "other")
    )
    try:
        end_leftovers(tmp_path)
        assert ours.wait(timeout=5) in (-signal.SIGINT, -signal.SIGKILL)  # a shell may have it ignore SIGINT
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", "postgres://setia:hush@127.0.0.1:1/setia"),
        ("DATABASE_URL", "sqlite:///hush.db"),
        ("REDIS_URL", "redis://:hush@127.0.0.1:1/0"),
    ],
)
def test_a_wrong_url_is_named_without_its_password_and_nothing_is_started(
    name: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, url)
    stack = Stack(tmp_path)
    with pytest.raises(LocalError, match=name) as error:
        stack.start()
    stack.stop()
    assert "hush" not in str(error.value)
    assert stack.servers == []


def test_root_without_user_namespaces_runs_postgresql_as_an_existing_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(procs, "_namespaces_work", lambda: False)
    user = Account.choose().user
    assert user is not None
    assert user.pw_uid != 0


def test_a_port_stays_the_same_until_somebody_else_has_it(tmp_path: Path) -> None:
    state = State(tmp_path / "state.json")
    first = state.free_port("web")
    assert State(tmp_path / "state.json").free_port("web") == first
    with socket.create_server(("127.0.0.1", first)):
        assert state.free_port("web") != first


def test_two_starts_at_once_get_different_web_ports() -> None:
    with listen(None) as one, listen(None) as other:
        assert one.getsockname() != other.getsockname()


def test_a_taken_web_port_is_named() -> None:
    with listen(None) as taken, pytest.raises(LocalError, match=str(port := taken.getsockname()[1])):
        listen(port)


def test_two_checkouts_differ_in_cookies_and_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")
    environments = [application_environment(Stack(tmp_path / name), 8000) for name in ("one", "two")]
    for key in ("COOKIE_PREFIX", "SECRET_KEY"):
        assert environments[0][key] != environments[1][key]
