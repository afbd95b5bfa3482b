"""Of node_modules only the files that pages name are served."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from pytest_django.fixtures import Settings

from config.staticfiles import NODE_FILES, NodeModulesFinder


@pytest.mark.parametrize("name", NODE_FILES)
def test_each_named_file_is_there(name: str) -> None:
    assert Path(str(finders.find(f"vendor/{name}"))).is_file()


@pytest.mark.parametrize("path", ["vendor/chart.js/package.json", NODE_FILES[0], "vendor/../package.json"])
def test_nothing_else_of_node_modules_is_served(path: str) -> None:
    assert not finders.find(path)


def test_templates_name_no_vendor_file_that_is_not_served() -> None:
    pages = (settings.BASE_DIR / "templates").rglob("*.html")
    named = {name for page in pages for name in re.findall(r"vendor/([\w@./-]+)", page.read_text())}
    assert named
    assert named <= set(NODE_FILES)


def test_missing_packages_are_told_by_the_system_check(settings: Settings, tmp_path: Path) -> None:
    assert NodeModulesFinder().check() == []
    settings.NODE_MODULES = tmp_path
    (error,) = NodeModulesFinder().check()
    assert NODE_FILES[0] in error.msg
