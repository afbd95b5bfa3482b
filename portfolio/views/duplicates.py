"""Clients that may be the same, and those that were merged."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.days import today
from accounts.http import AuthenticatedRequest
from accounts.models import User
from clients import duplicates
from clients.models import ClientMerge, NotDuplicate
from clients.models.access import may_merge_clients
from portfolio.addresses import complaints

PAGE = 25


@require_safe
def duplicate_list(request: AuthenticatedRequest) -> HttpResponse:
    """Pairs that may be one client, strongest reason first; `?told=apart`: those that somebody told apart."""
    _refuse_others(request.user)
    is_apart = request.GET.get("told") == "apart"
    day = today()
    found: Any = duplicates.hidden_for(request.user) if is_apart else duplicates.pairs(request.user, day)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "complaints": complaints(request.GET, ("told",), page=page),
        "page": page,
        "is_apart": is_apart,
        "pairs": () if is_apart else duplicates.shown(list(page), request.user, day),
        "apart": _apart(request.user, list(page)) if is_apart else (),
    }
    return render(request, "portfolio/duplicate_list.html", context)


@require_safe
def merge_list(request: AuthenticatedRequest) -> HttpResponse:
    """Who merged what and when, newest first."""
    _refuse_others(request.user)
    merges = ClientMerge.objects.listed_for(request.user).select_related("kept", "by", "undone_by")
    page = Paginator(merges.defer("removed", "changes"), PAGE).get_page(request.GET.get("page"))
    editable = duplicates.editable_by(request.user, {merge.kept_id for merge in page})
    now = timezone.now()
    rows = [(each, each.is_undoable(now), each.kept_id in editable) for each in page]
    context = {"complaints": complaints(request.GET, page=page), "page": page, "rows": rows}
    return render(request, "portfolio/merge_list.html", context)


def _apart(user: User, told: list[NotDuplicate]) -> list[tuple[NotDuplicate, bool]]:
    editable = duplicates.editable_by(user, {pk for each in told for pk in (each.one_id, each.other_id)})
    return [(each, {each.one_id, each.other_id} <= editable) for each in told]


def _refuse_others(user: User) -> None:
    if not may_merge_clients(user):
        raise PermissionDenied
