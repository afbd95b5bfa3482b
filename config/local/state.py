"""What the servers of one folder keep between starts, readable by their owner only."""

import json
import os
import secrets
import socket
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Replace a file at once; nobody else can read it, not even for a moment."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)


class State:
    """Passwords, made once, and ports, kept while they are free."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._values: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def secret(self, name: str) -> str:
        """A random text that stays the same for this folder."""
        key = f"{name}_secret"
        if key not in self._values:
            self._set(key, secrets.token_urlsafe(32))
        return self._values[key]

    def port(self, name: str, default: int = 0) -> int:
        """The port last used."""
        return int(self._values.get(f"{name}_port", default))

    def free_port(self, name: str) -> int:
        """The port last used if it is free, else another; remembered."""
        for port in (self.port(name), 0):
            try:
                with socket.create_server(("127.0.0.1", port)) as server:
                    self.set_port(name, server.getsockname()[1])
                    break
            except OSError:
                continue
        return self.port(name)

    def set_port(self, name: str, port: int) -> None:
        """Remember a port chosen elsewhere."""
        self._set(f"{name}_port", str(port))

    def _set(self, key: str, value: str) -> None:
        self._values[key] = value
        write_private(self.path, json.dumps(self._values, indent=1))
