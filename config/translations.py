"""The Indonesian texts, handled with Babel: nobody needs GNU gettext on the machine.

`CATALOGUE` follows the source texts of code and templates. `THIRD_PARTY` is kept by hand: texts of packages
that bring no Indonesian themselves.
"""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

BASE_DIR = Path(__file__).resolve().parent.parent
LOCALE = BASE_DIR / "locale"
CATALOGUE = LOCALE / "id" / "LC_MESSAGES" / "django.po"
THIRD_PARTY = LOCALE / "third_party" / "id" / "LC_MESSAGES" / "django.po"
HEADER = r"""# Run `python3 dev.py manage translations` after changing texts, then fill in what is empty.
msgid ""
msgstr ""
"Language: id\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""
_SINGULAR, _PLURAL = (1,), (1, 2)
_IN_CONTEXT, _PLURAL_IN_CONTEXT = ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {
    "_": _SINGULAR,
    "gettext": _SINGULAR,
    "gettext_lazy": _SINGULAR,
    "gettext_noop": _SINGULAR,
    "ngettext": _PLURAL,
    "ngettext_lazy": _PLURAL,
    "pgettext": _IN_CONTEXT,
    "pgettext_lazy": _IN_CONTEXT,
    "npgettext": _PLURAL_IN_CONTEXT,
    "npgettext_lazy": _PLURAL_IN_CONTEXT,
}
PLACEHOLDER = re.compile(r"%%|%\(\w+\)[a-z]|%[a-z]|\{\w*\}")


def collect(root: Path = BASE_DIR) -> Catalog:
    """Every text that code and templates below `root` mark for translation (not tests, not migrations)."""
    catalog = Catalog(locale="id")
    for path in _sources(root):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # Django turns a template into something like Python; brackets make its indentation harmless.
            text = f"(\n{templatize(text, origin=str(path))}\n)"
        source = BytesIO(text.encode())
        for _line, message, comments, context in extract("python", source, KEYWORDS, ["Translators:"]):
            catalog.add(message, context=context, auto_comments=comments)
    return catalog


def update(catalogue: Path = CATALOGUE, root: Path = BASE_DIR) -> Catalog:
    """Rewrite the catalogue: new texts empty, texts no longer used gone, nothing guessed, sorted."""
    catalog = read(catalogue)
    catalog.update(collect(root), no_fuzzy_matching=True)
    body = BytesIO()
    write_po(
        body, catalog, width=110, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True
    )
    catalogue.write_text(HEADER + body.getvalue().decode().strip() + "\n", encoding="utf-8")
    return read(catalogue)


def compile_all(root: Path = LOCALE) -> None:
    """Write the .mo file that Django reads beside each .po that is newer."""
    for catalogue in root.rglob("django.po"):
        compiled = catalogue.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime > catalogue.stat().st_mtime:
            continue
        with compiled.open("wb") as file:
            write_mo(file, read(catalogue))


def problems(
    catalogue: Path = CATALOGUE, third_party: Path = THIRD_PARTY, root: Path = BASE_DIR
) -> Iterator[str]:
    """What keeps the Indonesian texts from being complete and right, one sentence each."""
    collected, catalog = collect(root), read(catalogue)
    for message in collected:
        if message.id and not catalog.get(message.id, message.context):
            yield f"missing: {_name(message)}"
    for message in catalog:
        if message.id and not collected.get(message.id, message.context):
            yield f"no longer used: {_name(message)}"
    for message in [*catalog, *read(third_party)]:
        if message.id:
            yield from _faults(message)


def read(catalogue: Path) -> Catalog:
    """The texts of a .po file, none if there is no such file."""
    content = catalogue.read_bytes() if catalogue.exists() else HEADER.encode()
    return read_po(BytesIO(content), locale="id", abort_invalid=True)


def _sources(root: Path) -> Iterator[Path]:
    for package in sorted(root.glob("*/__init__.py")):
        if package.parent.name != "tests":
            code = package.parent.rglob("*.py")
            yield from sorted(path for path in code if path.parent.name != "migrations")
    yield from sorted(root.glob("templates/**/*.html"))
    yield from sorted(root.glob("templates/**/*.txt"))


def _faults(message: Message) -> Iterator[str]:
    translations = _texts(message.string)
    if not all(translations):
        yield f"not translated: {_name(message)}"
        return
    if message.fuzzy:
        yield f"fuzzy: {_name(message)}"
    wanted = set(PLACEHOLDER.findall(_texts(message.id)[-1]))  # the plural, which names the number
    for translation in translations:
        if set(PLACEHOLDER.findall(translation)) != wanted:
            yield f"placeholders differ: {_name(message)} → {translation!r}"


def _texts(value: str | Iterable[str] | None) -> list[str]:
    """One text, or the singular and the plural."""
    return [value or ""] if isinstance(value, str | None) else list(value)


def _name(message: Message) -> str:
    text = repr(_texts(message.id)[0])
    return f"{text} ({message.context})" if message.context else text
