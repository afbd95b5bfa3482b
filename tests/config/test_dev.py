"""`dev.py` installs a lock once, and never a smaller one over a larger one."""

from pathlib import Path

import pytest

import dev


@pytest.fixture
def installs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which locks were installed, into a virtual environment that only looks like one."""
    done: list[str] = []
    (tmp_path / "requirements").mkdir()
    for lock in dev.LOCKS:
        (tmp_path / "requirements" / f"{lock}.txt").write_text(lock)

    def make(*command: str | Path) -> None:
        (tmp_path / ".venv" / "bin").mkdir(parents=True)
        (tmp_path / ".venv" / "bin" / "python").touch()

    monkeypatch.setattr(dev, "REQUIREMENTS", tmp_path / "requirements")
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(dev, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(dev, "install_uv", lambda: False)
    monkeypatch.setattr(dev, "call", make)
    monkeypatch.setattr(dev, "install", lambda path: done.append(path.stem))
    return done


def test_a_lock_is_installed_once(installs: list[str]) -> None:
    dev.install_python("local")
    dev.install_python("local")
    assert installs == ["local"]


def test_a_larger_lock_is_added_and_serves_the_smaller_ones(installs: list[str]) -> None:
    for lock in ("local", "dev", "local", "dev"):
        dev.install_python(lock)
    assert installs == ["local", "dev"]


def test_a_changed_lock_is_installed_at_the_size_that_is_there(installs: list[str]) -> None:
    dev.install_python("dev")
    (dev.REQUIREMENTS / "dev.txt").write_text("changed")
    dev.install_python("local")
    assert installs == ["dev", "dev"]


def test_the_locks_contain_each_other() -> None:
    requirements = Path(dev.__file__).parent / "requirements"
    names = [
        {
            line.split("==")[0]
            for line in (requirements / f"{lock}.txt").read_text().splitlines()
            if "==" in line
        }
        for lock in ("base", *dev.LOCKS)
    ]
    assert names[0] < names[1] < names[2] < names[3]


def test_every_lock_is_pinned_by_hash_and_names_no_host() -> None:
    for path in (Path(dev.__file__).parent / "requirements").glob("*.txt"):
        text = path.read_text()
        assert text.count("==") <= text.count("--hash=sha256:")
        assert "://" not in text
