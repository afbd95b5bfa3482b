"""`python -m tests.kpis.mistakes [words]`: plant the mistakes of mistakes.toml one by one, say which tests catch each.

Works in a copy of the project, with the tests of the rules and of the numbers, the quick ones first, and stops at the
third failure of each. Words choose mistakes by rule or name. Exit code 1 if one survives.
"""

import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("mistakes.toml")
SHARED = (".venv", "node_modules")  # not copied but linked
LEFT_OUT = (
    *SHARED,
    ".git",
    ".local",
    "staticfiles",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
)
TESTS = (
    *("contracts/test_effective.py", "contracts/test_effective_scenarios.py", "kpis/test_measures.py"),
    *("kpis/test_boundaries.py", "kpis/test_credit.py", "kpis/test_targets.py", "kpis/test_closing.py"),
    *("kpis/test_rebuild.py", "kpis/test_worked_portfolios.py", "contracts/test_effective_properties.py"),
    "kpis/test_companies.py",
)


@dataclass(frozen=True)
class Mistake:
    rule: str
    says: str
    file: str
    right: str
    wrong: str

    @property
    def name(self) -> str:
        return f"{self.rule}: {self.says}"


def mistakes() -> list[Mistake]:
    return [Mistake(**each) for each in tomllib.loads(LIST.read_text())["mistake"]]


def plant(mistake: Mistake, root: Path) -> str:
    """Returns what the file was before."""
    file = root / mistake.file
    text = file.read_text()
    assert text.count(mistake.right) == 1, f"{mistake.name} is not to be found once"
    file.write_text(text.replace(mistake.right, mistake.wrong))
    return text


def caught_by(root: Path) -> list[str]:
    """The first tests that fail, at most three."""
    files = [f"tests/{test}" for test in TESTS]
    command = [
        sys.executable,
        "dev.py",
        "test",
        "-q",
        "-n",
        "0",
        "--maxfail=3",
        "--tb=no",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run([*command, *files], cwd=root, capture_output=True, text=True, check=False)
    failed = [
        line.split(" ")[1] for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))
    ]
    assert failed or done.returncode == 0, done.stdout + done.stderr
    return failed


def copy_of_the_project(into: Path) -> Path:
    root = into / "project"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for name in SHARED:
        (root / name).symlink_to(ROOT / name)
    return root


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: list[str]) -> int:
    subprocess.run(
        [sys.executable, "dev.py", "test", "--version"], cwd=ROOT, check=True
    )  # it installs what is missing
    survivors = []
    with tempfile.TemporaryDirectory() as folder:
        root = copy_of_the_project(Path(folder))
        for mistake in (each for each in mistakes() if all(word in each.name for word in words)):
            before = plant(mistake, root)
            caught = caught_by(root)
            (root / mistake.file).write_text(before)
            verdict = "caught  " if caught else "SURVIVES"
            say("\n           ".join([f"{verdict} {mistake.name}", *caught]))
            survivors += [] if caught else [mistake.name]
    say(f"{len(survivors)} survive")
    return int(bool(survivors))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
