"""Child processes that die with their parent, and are found again when they did not."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

MARK = "SETIA_LOCAL"  # in the environment of all we start: names the folder they belong to
LINUX = sys.platform.startswith("linux")
NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
# Right for all of ours: PostgreSQL stops fast, Celery warmly, Valkey saves, gunicorn closes.
ESCALATION = ((signal.SIGINT, 10), (signal.SIGQUIT, 4), (signal.SIGKILL, 2))

_libc = ctypes.CDLL(None, use_errno=True)


class LocalError(Exception):
    """The local servers cannot do what was asked; the text is for the person at the terminal."""


@dataclass(frozen=True)
class Account:
    """Under which account a server runs that refuses to be root."""

    own_namespace: bool = False
    user: pwd.struct_passwd | None = None

    @classmethod
    def choose(cls) -> "Account":
        """Ourselves if ordinary; as root a user namespace, else an existing unprivileged user."""
        if os.geteuid() != 0:
            return cls()
        if _namespaces_work():
            return cls(own_namespace=True)
        for entry in pwd.getpwall():
            if entry.pw_name in ("postgres", "nobody"):
                return cls(user=entry)
        raise LocalError("PostgreSQL refuses to run as root and there is no user `nobody` to run it as.")

    def popen_options(self, *, mortal: bool = True) -> dict[str, Any]:
        """Arguments for Popen; `mortal` children get SIGINT when this process dies."""
        options: dict[str, Any] = {"preexec_fn": _prepare(os.getpid() if mortal else 0, self.own_namespace)}
        if self.user:
            options |= {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return options


def _namespaces_work() -> bool:
    try:
        return subprocess.run(["/bin/true"], preexec_fn=_enter_namespace, check=False).returncode == 0
    except (subprocess.SubprocessError, OSError):
        return False


def _enter_namespace() -> None:
    """Become `nobody` to ourselves while the kernel keeps treating us as the owner of our files."""
    if not LINUX or _libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} 0 1"), ("gid_map", f"{NOBODY} 0 1")):
        Path("/proc/self", name).write_text(text)


def _prepare(parent: int, own_namespace: bool) -> Callable[[], None]:
    def in_child() -> None:
        if own_namespace:
            _enter_namespace()
        if LINUX and parent:  # after the change of credentials, which clears it
            _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGINT))
            if os.getppid() != parent:
                os._exit(1)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's `&` passes on "ignored"

    return in_child


@dataclass
class Child:
    """A process of ours in its own session, so that Ctrl-C at the terminal reaches only the supervisor."""

    name: str
    process: subprocess.Popen[bytes]

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        *,
        root: Path,
        log: Path | None = None,
        account: Account | None = None,
        env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> "Child":
        """Start `command`, its output appended to `log`, marked as belonging to `root`."""
        if log:
            options |= {"stdout": log.open("ab"), "stderr": subprocess.STDOUT}
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **(env or {}), MARK: str(root)},
            **options,
            **(account or Account()).popen_options(),
        )
        if log:
            options["stdout"].close()
        return cls(name, process)

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None


def stop(children: Iterable[Child]) -> None:
    """End these children together."""
    children = list(children)
    _end([psutil.Process(child.process.pid) for child in children if not child.ended])
    for child in children:
        child.process.wait()


def end_leftovers(root: Path) -> None:
    """End all that carries the mark of `root`, its orphans too (a beat alone goes on sending tasks)."""
    _end([process for process in psutil.process_iter() if _belongs_to(process, root)])


def _end(processes: list[psutil.Process]) -> None:
    for number, seconds in ESCALATION:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        end = time.monotonic() + seconds
        while (processes := [one for one in processes if _is_alive(one)]) and time.monotonic() < end:
            time.sleep(0.03)


def _belongs_to(process: psutil.Process, root: Path) -> bool:
    try:
        return process.pid != os.getpid() and bool(process.environ().get(MARK) == str(root))
    except (psutil.Error, OSError):
        return False


def _is_alive(process: psutil.Process) -> bool:
    """psutil compares start times, so a new process with an old number is not taken for it."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
