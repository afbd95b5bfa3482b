"""The parts of a workbook, element by element: what SpreadsheetML says, and nothing that a workbook does not say."""

import posixpath
import re
from xml.sax.handler import ContentHandler

from django.utils.translation import gettext as _

from accounts import formats
from exchange.reading.sheets import EMPTY, MAX_LETTERS, Cell, shown, too_many_cells, visible

_MOST_PIECES = 2_000_000  # of text, which the parser gives in pieces: each line end is one
_MOST_DEEP = 32  # elements in each other; a workbook has about ten
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Attributes = dict[str, str]


class NotAWorkbookError(Exception):
    """A part says what no workbook says."""


class Part(ContentHandler):
    """One part of a workbook, element by element. Names are without their prefix, which any writer may choose."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []  # from the outside to the current one
        self.text: list[str] | None = None  # collected while not None
        self._pieces = 0

    def begin(self, name: str, attributes: Attributes) -> None: ...

    def end(self, name: str) -> None: ...

    def start_element(self, name: str, attributes: Attributes) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        self.open.append(name)
        if len(self.open) > _MOST_DEEP or self.text is not None:  # what holds text holds nothing else
            raise NotAWorkbookError
        self.begin(name, attributes)

    def end_element(self, _name: str) -> None:
        self.end(self.open.pop())

    def characters(self, content: str) -> None:
        self._pieces += 1
        if self._pieces > _MOST_PIECES:
            raise too_many_cells()
        if self.text is not None:
            self.text.append(content)

    def taken_text(self) -> str:
        """What was collected; collecting ends."""
        text, self.text = "".join(self.text or ()), None
        return text


class Relations(Part):
    """Where the parts of the workbook lie in the archive, and of what kind they are."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: dict[str, str] = {}  # by the key that the workbook uses
        self._kinds: dict[str, str] = {}

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode", "Internal") == "Internal":
            key, target = attributes.get("Id", ""), attributes.get("Target", "")
            self.paths[key] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            self._kinds[key] = attributes.get("Type", "").rpartition("/")[2]

    def of_kind(self, kind: str) -> list[str]:
        return [self.paths[key] for key, its_kind in self._kinds.items() if its_kind == kind]


class Sheets(Part):
    """The sheets in their order, and where days begin to count."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []  # name, state, key of the relation
        self.epoch = 1900

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr" and attributes.get("date1904", "0") in ("1", "true"):
            self.epoch = 1904
        elif name == "sheet":
            key = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self.found.append((attributes.get("name", ""), attributes.get("state", "visible"), key))


class Strings(Part):
    """Texts that cells share."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[Cell] = []
        self._runs: list[str] = []

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "t" and "rPh" not in self.open:  # rPh: how East Asian text is spoken
            self.text = []

    def end(self, name: str) -> None:
        if name == "t" and self.text is not None:
            self._runs.append(self.taken_text())
        elif name == "si":
            self.cells.append(text_cell("".join(self._runs)))
            self._runs = []


def text_cell(stored: str) -> Cell:
    text = visible(_unescaped(stored))
    if len(text) > MAX_LETTERS:
        words = {"most": formats.number(MAX_LETTERS)}
        return Cell(shown(text), problem=_("The cell has more than %(most)s letters. Shorten it.") % words)
    return Cell(text) if text else EMPTY


def _unescaped(stored: str) -> str:
    """What XML cannot hold is written as `_x000D_` (ECMA-376 part 1, 22.9.2.19), beyond 16 bits as two of these."""
    if "_x" not in stored:
        return stored
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), stored)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def whole(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise NotAWorkbookError
    return int(digits)
