"""The page of targets, and the two ways of writing them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.days import today
from accounts.forms import OnceForm
from accounts.http import AuthenticatedRequest
from portfolio.addresses import complaints
from portfolio.forms import CopyTargetsForm
from portfolio.target_gate import Choices, asked_for
from portfolio.target_grid import Entry, Grid, copy_from_last_year, lock

KNOWN = ("team", "year", "kind", "role")


@require_safe
def target_grid(request: AuthenticatedRequest) -> HttpResponse:
    """The targets of a team, of the company, or one's own: to fill in by who leads, else to read."""
    asked, choices = asked_for(request.user, request.GET, today())
    return _page(request, Grid.load(asked, request.GET.get("page", "1")), choices)


@require_POST
@transaction.atomic
def target_save(request: AuthenticatedRequest) -> HttpResponse:
    """Everything that was typed on one page of the grid, or nothing."""
    grid, choices = _locked(request)
    form = OnceForm(request.POST)
    if form.is_repeated():
        return redirect(_url(request, "target_grid"))
    entry = Entry(grid, request.POST)
    if entry.is_refused or not form.is_valid():
        entry.tell_conflicts()
        status = 422 if entry.errors or form.errors else 409
        return _page(request, grid, choices, status=status, form=form, problems=entry.problems)
    n = entry.save() if form.is_first_submission(request.user) else 0
    told = ngettext("%(n)d target is saved.", "%(n)d targets are saved.", n) % {"n": n}
    messages.success(request, told if n else _("Nothing was changed."))
    return redirect(_url(request, "target_grid"))


@require_POST
@transaction.atomic
def target_copy(request: AuthenticatedRequest) -> HttpResponse:
    """The empty months of the whole grid, filled from the year before."""
    grid, choices = _locked(request)
    form = CopyTargetsForm(request.POST, is_percent=grid.asked.kind.is_additive)
    if form.is_repeated():
        return redirect(_url(request, "target_grid"))
    if not form.is_valid():
        return _page(request, grid, choices, status=422, copy_form=form)
    year = grid.asked.year - 1
    first = form.is_first_submission(request.user)
    n = copy_from_last_year(grid, form.cleaned_data["more"]) if first else 0
    if n:
        told = ngettext(
            "%(n)d empty month is filled from %(year)d.", "%(n)d empty months are filled from %(year)d.", n
        )
        messages.success(request, told % {"n": n, "year": year})
    else:
        text = _("Nothing to copy: %(year)d has no target for any month that is empty here.")
        messages.warning(request, text % {"year": year})
    return redirect(_url(request, "target_grid"))


def _locked(request: AuthenticatedRequest) -> tuple[Grid, Choices]:
    """The grid as nobody else can change it meanwhile. Raises Http404, and PermissionDenied for who may only read."""
    asked, choices = asked_for(request.user, request.GET, today())
    if not asked.may_edit and not asked.led.intersection(team.pk for team in asked.below):
        raise PermissionDenied
    lock()
    return Grid.load(asked, request.GET.get("page", "1")), choices


def _url(request: AuthenticatedRequest, name: str) -> str:
    """Another address about the same grid."""
    query = request.GET.urlencode()
    return reverse(f"portfolio:{name}") + (f"?{query}" if query else "")


def _page(
    request: AuthenticatedRequest, grid: Grid, choices: Choices, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "complaints": complaints(request.GET, KNOWN, page=grid.page),
        "grid": grid,
        "asked": grid.asked,
        "choices": choices,
        "form": OnceForm(),
        "copy_form": CopyTargetsForm(is_percent=grid.asked.kind.is_additive),
        "last_year": grid.asked.year - 1,
        "save_url": _url(request, "target_save"),
        "copy_url": _url(request, "target_copy"),
    }
    return render(request, "portfolio/target_grid.html", context | more, status=status)
