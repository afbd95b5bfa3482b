"""Private servers for a test run. Named in addopts: settings read DATABASE_URL when they are imported."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from config.local.procs import LocalError
from config.local.stack import Stack
from config.translations import compile_all

LOOKS_ONLY = {"-h", "--help", "--version", "-V", "--collect-only", "--co", "--fixtures", "--markers"}
_stack: Stack | None = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> Generator[None]:
    """Start the servers before pytest-django reads the settings; xdist's workers share them."""
    global _stack  # there is no config.stash this early
    if "PYTEST_XDIST_WORKER" not in os.environ and not LOOKS_ONLY.intersection(args):
        _stack = Stack(Path(early_config.rootpath, ".local", "test"), throwaway=True)
        try:
            os.environ.update(_stack.start())
            compile_all()  # once, before xdist's workers read them
        except LocalError as error:
            _stack.stop()
            raise pytest.UsageError(str(error)) from None
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop the servers after the last database connection was closed."""
    if _stack:
        _stack.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how to run what `dev.py test` leaves out."""
    if config.option.markexpr == "not browser and not bench and not live":
        terminalreporter.write_line(
            "Left out: tests marked browser, live and bench (`dev.py test -m browser`, …)."
        )
