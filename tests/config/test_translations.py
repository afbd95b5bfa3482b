"""The Indonesian texts are collected, kept and checked without GNU gettext."""

import gettext
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from accounts import formats
from config import translations
from config.translations import collect, compile_all, problems, read, update

CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
name = _("client")
pgettext("month", "May")
ngettext("%(count)s day", "%(count)s days", 2)
_("Hello {name}")
"""
PAGE = """
{% load i18n %}<h1 title="it's">{% translate "Title" %}</h1>
  {% translate 'Open' context "state" as state %}{{ value|default:_("none") }}
{% blocktranslate trimmed count n=total %}
    {{ n }} client at 90%
{% plural %}
    {{ n }} clients at 90%
{% endblocktranslate %}
{% comment %}{% translate "hidden" %}{% endcomment %}
"""
COMPLETE = r"""
msgid "client"
msgstr "klien"

msgctxt "month"
msgid "May"
msgstr "Mei"

msgid "%(count)s day"
msgid_plural "%(count)s days"
msgstr[0] "%(count)s hari"

msgid "Hello {name}"
msgstr "Halo {name}"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "room" / "migrations").mkdir(parents=True)
    (tmp_path / "room" / "__init__.py").touch()
    (tmp_path / "room" / "models.py").write_text(CODE)
    (tmp_path / "room" / "migrations" / "0001_initial.py").write_text('_("old")')
    (tmp_path / "templates").mkdir()
    return tmp_path


@pytest.fixture
def catalogue(project: Path) -> Path:
    path = project / "id" / "django.po"
    path.parent.mkdir()
    path.write_text(translations.HEADER + COMPLETE)
    return path


def faults(project: Path, catalogue: Path) -> list[str]:
    return list(problems(catalogue, project / "none.po", project))


def test_texts_of_code_are_found_with_context_and_plural(project: Path) -> None:
    found = {(message.id, message.context) for message in collect(project) if message.id}
    assert found == {
        ("client", None),
        ("May", "month"),
        (("%(count)s day", "%(count)s days"), None),
        ("Hello {name}", None),
    }


def test_texts_of_templates_are_found_as_django_looks_them_up(project: Path) -> None:
    (project / "room" / "models.py").unlink()
    (project / "templates" / "page.html").write_text(PAGE)
    found = {(message.id, message.context) for message in collect(project) if message.id}
    assert found == {
        ("Title", None),
        ("Open", "state"),
        ("none", None),
        (("%(n)s client at 90%%", "%(n)s clients at 90%%"), None),
    }


def test_updating_keeps_translations_drops_old_texts_and_guesses_nothing(
    project: Path, catalogue: Path
) -> None:
    (project / "room" / "models.py").write_text('_("client")\n_("clients")')
    update(catalogue, project)
    kept = {message.id: (message.string, message.fuzzy) for message in read(catalogue) if message.id}
    assert kept == {"client": ("klien", False), "clients": ("", False)}


def test_a_first_catalogue_has_one_form_for_every_number(project: Path) -> None:
    catalogue = project / "django.po"
    update(catalogue, project)
    assert 'msgstr[0] ""' in catalogue.read_text()
    assert "msgstr[1]" not in catalogue.read_text()


def test_updating_twice_changes_nothing(project: Path, catalogue: Path) -> None:
    update(catalogue, project)
    first = catalogue.read_text()
    update(catalogue, project)
    assert catalogue.read_text() == first
    assert "models.py" not in first


def test_a_complete_catalogue_has_no_problems(project: Path, catalogue: Path) -> None:
    assert faults(project, catalogue) == []


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('msgstr "klien"', 'msgstr ""', "not translated: 'client'"),
        ('msgid "client"', '#, fuzzy\nmsgid "client"', "fuzzy: 'client'"),
        ('msgid "client"\nmsgstr "klien"', "", "missing: 'client'"),
        ('msgid "client"', 'msgid "gone"\nmsgstr "hilang"\n\nmsgid "client"', "no longer used: 'gone'"),
        ("Halo {name}", "Halo {nama}", "placeholders differ: 'Hello {name}' → 'Halo {nama}'"),
        ("%(count)s hari", "hari", "placeholders differ: '%(count)s day' → 'hari'"),
        ("%(count)s hari", "%(count)s%% hari", "placeholders differ: '%(count)s day' → '%(count)s%% hari'"),
    ],
)
def test_the_check_names_each_problem(
    before: str, after: str, problem: str, project: Path, catalogue: Path
) -> None:
    text = catalogue.read_text()
    assert before in text
    catalogue.write_text(text.replace(before, after))
    assert faults(project, catalogue) == [problem]


def test_texts_of_packages_are_checked_too(project: Path, catalogue: Path) -> None:
    (project / "none.po").write_text(translations.HEADER + 'msgid "search"\nmsgstr ""\n')
    assert faults(project, catalogue) == ["not translated: 'search'"]


def test_the_command_fails_naming_every_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translations, "problems", lambda: iter(["missing: 'a'", "fuzzy: 'b'"]))
    with pytest.raises(CommandError, match=r"missing: 'a'\nfuzzy: 'b'\n2 problems"):
        call_command("translations", check=True)


def test_compiled_texts_are_what_gettext_reads(project: Path, catalogue: Path) -> None:
    compile_all(project)
    with catalogue.with_suffix(".mo").open("rb") as file:
        texts = gettext.GNUTranslations(file)
    assert texts.gettext("client") == "klien"
    assert texts.pgettext("month", "May") == "Mei"
    assert texts.ngettext("%(count)s day", "%(count)s days", 5) == "%(count)s hari"


def test_compiling_again_follows_a_changed_catalogue(project: Path, catalogue: Path) -> None:
    compile_all(project)
    catalogue.write_text(catalogue.read_text().replace("klien", "pelanggan"))
    compile_all(project)
    with catalogue.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("client") == "pelanggan"


def test_our_words_do_not_become_months() -> None:
    """“may” (a permission) without a context once made 30 May “30 Izin”."""
    with translation.override("id"):
        days = [date(2026, month, 1) for month in range(1, 13)]
        assert [formats.day(day).split()[1] for day in days] == (
            ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]
        )
        assert [formats.long_day(day).split()[2] for day in days] == (
            [
                "Januari",
                "Februari",
                "Maret",
                "April",
                "Mei",
                "Juni",
                "Juli",
                "Agustus",
                "September",
                "Oktober",
                "November",
                "Desember",
            ]
        )
