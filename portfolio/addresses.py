"""The address is the state of a list (screens.md 2.4): how it is sorted and paged, and what in it cannot be followed.

What cannot be followed is left out and told: by a page above its rows, by an export instead of them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

PAGE_SIZES = ("25", "50", "100")
USUAL_SIZE = "50"
SHOWN = 40  # letters of what stands in an address


@dataclass(frozen=True)
class Complaint:
    """One parameter that is not followed: its name for people, and why."""

    label: str
    problem: str


def page_size(query: QueryDict) -> int:
    """One of PAGE_SIZES. Not by RequestConfig of django-tables2: it takes any size, also -1."""
    wanted = query.get("per_page")
    return int(wanted if wanted in PAGE_SIZES else USUAL_SIZE)


def sort(table: Any, request: HttpRequest) -> None:
    """Sort the table by the columns that the address names, else leave it as it usually is."""
    table.request = request  # for its templates; given to the constructor it would call RequestConfig
    wanted = [name for name in request.GET.getlist("sort") if _may_sort(table, name)]
    if wanted:
        table.order_by = wanted


def _may_sort(table: Any, name: str) -> bool:
    column = name.removeprefix("-")
    return column in table.base_columns and bool(table.columns[column].orderable)


def complaints(
    query: QueryDict,
    known: Collection[str] = (),
    *,
    filtered: Any = None,
    table: Any = None,
    page: Any = None,
) -> list[Complaint]:
    """What the address asks for in vain, of a page with this filter, table and page of rows, if it has them.

    `known` are the parameters that the view reads itself. A foreign row gets the same words as one that does not
    exist: a choice offers visible ones only.
    """
    asked = {name: values for name, values in query.lists() if any(values)}
    names = {
        *known,
        "page",
        *(filtered.form.fields if filtered else ()),
        *(("sort", "per_page") if table else ()),
    }
    return [
        *_unknown(asked, names),
        *(_refused(filtered.form) if filtered else ()),
        *(_sorting(asked, table) if table else ()),
        *(_paging(asked, page) if page else ()),
    ]


def refuse_export(request: HttpRequest, found: list[Complaint]) -> HttpResponse:
    """Rather no file than one with other rows than were asked for."""
    return render(request, "portfolio/export_refused.html", {"complaints": found}, status=400)


def _unknown(asked: dict[str, list[str]], names: Collection[str]) -> Iterator[Complaint]:
    for name, values in asked.items():
        if name not in names:
            yield Complaint(_shown(name), _("There is no such filter here."))
        elif len(values) > 1 and name != "sort":
            yield Complaint(_shown(name), _("Given more than once; only the last one counts."))


def _refused(form: Any) -> Iterator[Complaint]:
    for name, errors in form.errors.items():
        yield Complaint(str(form.fields[name].label), _shown(" ".join(errors), 3 * SHOWN))


def _sorting(asked: dict[str, list[str]], table: Any) -> Iterator[Complaint]:
    for name in filter(None, asked.get("sort", ())):
        if not _may_sort(table, name):
            yield Complaint(
                pgettext("list", "Order"),
                _("No column to sort by is called “%(name)s”.") % {"name": _shown(name)},
            )
    size = asked.get("per_page", [USUAL_SIZE])[-1]
    if size not in PAGE_SIZES:
        words = {"size": _shown(size), "usual": USUAL_SIZE}
        yield Complaint(_("Rows per page"), _("25, 50 or 100, not “%(size)s”; here are %(usual)s.") % words)


def _paging(asked: dict[str, list[str]], page: "Page[Any]") -> Iterator[Complaint]:
    number = asked.get("page", ["1"])[-1]
    if number != str(page.number):
        words = {"wanted": _shown(number), "number": page.number}
        yield Complaint(_("Page"), _("There is no page “%(wanted)s”; this is page %(number)s.") % words)


def _shown(text: str, letters: int = SHOWN) -> str:
    return Truncator(text.replace("\x00", "")).chars(letters)
