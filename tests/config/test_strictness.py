"""An unknown variable in one of our templates is an error in tests; packages may rely on it being empty."""

from pathlib import Path

import pytest
from django.template import Context, Engine

from config.strictness import InvalidVariable


def render(folder: Path, source: str, ours: Path) -> str:
    (folder / "page.html").write_text(source)
    engine = Engine(dirs=[folder], string_if_invalid=InvalidVariable(ours))
    return engine.render_to_string("page.html", {"known": "yes"})


def test_an_unknown_variable_of_ours_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"unknown variable known\.typo in .*page\.html"):
        render(tmp_path, "{{ known.typo }}", tmp_path)


def test_known_and_asked_for_variables_are_fine(tmp_path: Path) -> None:
    assert render(tmp_path, "{{ known }}{% if unknown %}no{% endif %}", tmp_path) == "yes"


def test_templates_of_packages_stay_as_they_are(tmp_path: Path) -> None:
    assert render(tmp_path, "-{{ unknown }}-", tmp_path / "elsewhere") == "--"


def test_the_test_settings_use_it(settings: object) -> None:
    assert isinstance(Engine.get_default().string_if_invalid, InvalidVariable)
    assert Context  # the engine above is the one of the settings
