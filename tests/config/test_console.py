"""What a newcomer reads at the first start: phases, sign-ins and the address, no walls of other people's lines."""

import logging
import subprocess
import sys

from config.local.__main__ import worker_warnings

WARN_TWICE = """
import warnings
from celery.platforms import ROOT_DISCOURAGED, SecurityWarning
warnings.warn(SecurityWarning(ROOT_DISCOURAGED.format(uid=0, euid=0, gid=0, egid=0)))
warnings.warn(SecurityWarning("another one"))
"""


def test_of_all_warnings_of_the_worker_only_the_one_about_root_is_hidden() -> None:
    run = subprocess.run(
        [sys.executable, "-c", WARN_TWICE],
        env={"PYTHONWARNINGS": worker_warnings({})},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "superuser" not in run.stderr
    assert "another one" in run.stderr


def test_warnings_that_a_developer_asked_for_stay_asked_for() -> None:
    assert worker_warnings({"PYTHONWARNINGS": "error"}).startswith("error,ignore:")


def test_installed_triggers_are_not_listed() -> None:
    assert not logging.getLogger("pgtrigger").isEnabledFor(logging.INFO)
    assert logging.getLogger("pgtrigger").isEnabledFor(logging.WARNING)
