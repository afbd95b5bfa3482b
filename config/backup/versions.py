"""Which code can read which backup: that with the same migrations, as only then the tables are the same."""

import tomllib
from collections.abc import Collection

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from config.backup import BackupError


def product_version() -> str:
    """Such as "0.1.0"."""
    return str(tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"])


def migrations() -> tuple[str, ...]:
    """Those of this code. Raises BackupError if the database is not as they leave it."""
    loader = MigrationLoader(connection)
    of_code, applied = set(loader.graph.nodes), set(loader.applied_migrations)
    unknown = {node for node in applied - of_code if node not in loader.disk_migrations}
    if of_code - applied:
        raise BackupError(f"The database lacks {_named(of_code - applied)}: run `migrate` first.")
    if unknown:
        raise BackupError(f"The database is ahead of this code, which does not know {_named(unknown)}.")
    return tuple(sorted(map(".".join, of_code)))


def require_same(version: str, of_backup: Collection[str]) -> None:
    """Raises BackupError, which says what to do, where the backup has other migrations than this code."""
    of_code = migrations()
    if set(of_code) != set(of_backup):
        differences = [f"+ {name}" for name in sorted(set(of_backup).difference(of_code))]
        differences += [f"- {name}" for name in sorted(set(of_code).difference(of_backup))]
        raise BackupError(
            f"the backup is of version {version}, this code of {product_version()}."
            f" Migrations more (+) or fewer (-) in the backup: {', '.join(differences)}."
            f" Check out version {version}, restore with it, then come back to this version and `migrate`."
        )


def _named(nodes: Collection[tuple[str, str]]) -> str:
    return ", ".join(sorted(map(".".join, nodes)))
