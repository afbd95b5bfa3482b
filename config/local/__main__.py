"""`python -m config.local run` and `python -m config.local exec COMMAND …`; dev.py calls both."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any

from config.local.procs import Child, LocalError, stop
from config.local.stack import AlreadyRunningError, Stack, application_environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
PORTS = range(8000, 8100)
# As in docker-compose.yml: a busy machine still makes the demo company.
JOB = {"STATEMENT_TIMEOUT_SECONDS": "300"}
ROOT_WARNING = "You're running the worker with superuser privileges"  # how celery.platforms begins it
PREFIXED = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}  # read by _copy_output


class StoppedError(Exception):
    """A signal asked us to stop."""


def main() -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(prog="dev.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run_parser = commands.add_parser("run", help="servers, web, worker and beat; Ctrl-C stops them")
    run_parser.add_argument("--port", type=int, help="default: the first free one from 8000")
    exec_parser = commands.add_parser("exec", help="a command with the local servers")
    exec_parser.add_argument("words", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop_on_signal)
    stack = Stack(BASE_DIR / ".local")
    try:
        if arguments.command == "run":
            run(stack, arguments.port)
        return execute(stack, arguments.words)
    except StoppedError as reason:
        _say(f"stopping: {reason}")
        return 0
    except LocalError as error:
        _say(f"error: {error}")
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stack.stop()


def run(stack: Stack, wanted_port: int | None) -> None:
    """Start everything and stay until a signal or until one part ends."""
    apps: list[Child] = []
    listener = listen(wanted_port)
    try:
        started = time.monotonic()
        stack.start()
        _say(f"servers ready in {time.monotonic() - started:.1f} s")
        port = listener.getsockname()[1]
        stack.state.set_port("web", port)
        env = application_environment(stack, port)
        apps.append(_start(stack, "prepare", [sys.executable, "manage.py", "prepare_local"], JOB | env))
        if apps[0].process.wait():
            raise LocalError("the database could not be prepared, see above")
        quiet = {"LOG_LEVEL": "WARNING"}  # pollers would say every few seconds that they found nothing
        worker_env = JOB | env | quiet | {"PYTHONWARNINGS": worker_warnings(env)}
        apps.append(_start(stack, "worker", worker_command(stack), worker_env, **PREFIXED))
        web = web_command(listener)
        apps.append(_start(stack, "web", web, quiet | env, pass_fds=[listener.fileno()], **PREFIXED))
        listener.close()
        # Threads only now: starting a process from a program with threads is not safe.
        for child in apps[1:]:
            threading.Thread(target=_copy_output, args=[child], daemon=True).start()
        threading.Thread(target=_announce, args=[env["SITE_URL"]], daemon=True).start()
        while not (ended := [child for child in apps[1:] + stack.servers if child.ended]):
            time.sleep(0.2)
        raise LocalError(f"{ended[0].name} ended with exit code {ended[0].process.returncode}")
    finally:
        listener.close()
        stop(apps)


def execute(stack: Stack, words: list[str]) -> int:
    """Run a command in the foreground, with the servers of a running `run` or with its own.

    A database of ours that is new gets its tables first, so that every command works in a fresh clone.
    """
    is_new = False
    try:
        stack.start()
        is_new = stack.is_new
    except AlreadyRunningError:
        _say("using the servers that run already")
    env = JOB | application_environment(stack, stack.state.port("web", default=PORTS[0]))
    if is_new:
        _say("first use: making the tables")
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        if subprocess.run(migrate, env=env, cwd=BASE_DIR, check=False).returncode:
            raise LocalError("the tables could not be made, see above")
    with subprocess.Popen(words, env=env, cwd=BASE_DIR) as process:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is for the command
        try:
            return process.wait()
        except StoppedError:
            process.terminate()
            raise


def listen(wanted: int | None) -> socket.socket:
    """The web port, held from now on, so that two starts at once cannot choose the same one."""
    for port in [wanted] if wanted else PORTS:
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError:
            continue
    raise LocalError(f"port {wanted or f'{PORTS[0]}-{PORTS[-1]}'} is taken; choose another with --port")


def web_command(listener: socket.socket) -> list[str]:
    """gunicorn on a port that is held already."""
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"fd://{listener.fileno()}"]
    return [*command, "--workers=2", "--threads=4", "--no-control-socket", "--log-level=warning"]


def worker_command(stack: Stack) -> list[str]:
    """Processes, not threads, as in production: only there do the hard time limits act."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "--app=config",
        "worker",
        "--beat",
        "--loglevel=WARNING",
    ]
    schedule = f"--schedule={stack.root / 'beat-schedule'}"
    return [*command, schedule, "--pool=prefork", "--concurrency=2", "--without-mingle", "--without-gossip"]


def worker_warnings(env: dict[str, str]) -> str:
    """PYTHONWARNINGS without Celery's about root, which in a container is everybody; all other warnings stay."""
    return ",".join(filter(None, [env.get("PYTHONWARNINGS"), f"ignore:{ROOT_WARNING}"]))


def _start(stack: Stack, name: str, command: list[str], env: dict[str, str], **options: Any) -> Child:
    return Child.start(name, command, root=stack.root, env=env, cwd=BASE_DIR, **options)


def _copy_output(child: Child) -> None:
    for line in child.process.stdout or []:
        print(f"{child.name:>6} | {line.decode(errors='replace').rstrip()}", flush=True)


def _announce(site: str) -> None:
    """Wait for the first page (connections queue from the start) and say where it is."""
    started = time.monotonic()
    try:
        with urllib.request.urlopen(site, timeout=60) as page:  # noqa: S310 our own http address
            answer = page.status
    except urllib.error.HTTPError as error:
        answer = error.code
    except OSError as error:
        _say(f"no answer from {site}: {error}")
        return
    _say(f"first page in {time.monotonic() - started:.1f} s")
    total = time.time() - float(os.environ.get("DEV_STARTED", time.time()))
    _say(f"ready after {total:.1f} s: {site} (answers {answer}; Ctrl-C stops)")


def _stop_on_signal(number: int, frame: FrameType | None) -> None:
    raise StoppedError(signal.Signals(number).name)


def _say(text: str) -> None:
    print(f"[local] {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
