"""The servers of one folder together."""

import fcntl
import hashlib
import os
from pathlib import Path
from typing import IO
from urllib.parse import quote

from config.local import postgres, valkey
from config.local.procs import Child, LocalError, end_leftovers, stop
from config.local.state import State


class AlreadyRunningError(LocalError):
    """Another process runs the servers of this folder."""


class Stack:
    """One PostgreSQL and one Valkey below `root`, or those that DATABASE_URL and REDIS_URL name.

    A `throwaway` stack is fast and may lose everything in a power cut: for tests.
    """

    def __init__(self, root: Path, *, throwaway: bool = False) -> None:
        self.root = root.resolve()
        self.root.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.state = State(self.root / "state.json")
        self.throwaway = throwaway
        self.servers: list[Child] = []
        self._lock_file: IO[str] | None = None

    def start(self) -> dict[str, str]:
        """Start what the environment does not name; answer DATABASE_URL and REDIS_URL."""
        self._lock()
        end_leftovers(self.root)
        for name, server in (("DATABASE_URL", postgres), ("REDIS_URL", valkey)):
            if given := os.environ.get(name):
                server.check(given)
            else:
                self.servers.append(server.start(self.root, self.state, throwaway=self.throwaway))
        return self.urls()

    def urls(self) -> dict[str, str]:
        """DATABASE_URL and REDIS_URL, given or our own (which must have been started before)."""
        return {
            "DATABASE_URL": os.environ.get("DATABASE_URL") or postgres.url(self.state),
            "REDIS_URL": os.environ.get("REDIS_URL") or valkey.url(self.state),
        }

    @property
    def is_new(self) -> bool:
        """Whether the database is our own and nothing is in it yet."""
        return not os.environ.get("DATABASE_URL") and postgres.is_empty(self.state)

    def stop(self) -> None:
        """Valkey first, the database last (the reverse of starting), and what is left of their clients."""
        while self.servers:
            stop([self.servers.pop()])
        if self._lock_file:
            end_leftovers(self.root)
            self._lock_file.close()

    def _lock(self) -> None:
        """The kernel lets go of the lock however we end."""
        lock_file = (self.root / "lock").open("w")
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock_file.close()
            raise AlreadyRunningError(
                f"Already running in {self.root.parent}. Stop that one first."
            ) from None
        self._lock_file = lock_file


def application_environment(stack: Stack, port: int) -> dict[str, str]:
    """What config/settings.py wants to know, for a local start; what is set already wins."""
    mail = stack.root / "mail"
    mail.mkdir(exist_ok=True)
    checkout = hashlib.sha256(str(stack.root).encode()).hexdigest()[:8]
    defaults = {
        "SECRET_KEY": stack.state.secret("django"),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "TLS": "false",
        "DEMO": "true",
        "COOKIE_PREFIX": f"setia_{checkout}",  # cookies do not tell ports apart
        "EMAIL_URL": f"filemail:///{quote(str(mail))}",
        "COMPANY_NAME": "PT Contoh Arunika Digital",
        "COMPRESS_STATIC": "false",
        "LOG_READABLE": "true",
        "PYTHONUNBUFFERED": "1",
    }
    return defaults | os.environ | stack.urls()
