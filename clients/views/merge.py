"""Two records of one client: merge them, take that back, or say that they are two."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import formats
from accounts.forms import OnceForm
from accounts.http import AuthenticatedRequest, form_page, too_late_page
from clients import duplicates
from clients.forms import MergeForm
from clients.gate import merge_for, pair_for, survivor_of
from clients.merging.again import again
from clients.merging.links import counts
from clients.merging.merge import OvertakenError, RefusedError, lock, merge
from clients.merging.owners import shares
from clients.merging.undo import undo
from clients.models import Client, ClientMerge

DUPLICATES, MERGES = "/clients/duplicates/", "/clients/merges/"


@require_http_methods(["GET", "POST"])
def client_merge(request: AuthenticatedRequest, pk: int, other_pk: int) -> HttpResponse:
    """Merge `other_pk` into `pk`."""
    try:
        return _merge_page(request, pk, other_pk)
    except (Http404, OvertakenError):
        for gone in (other_pk, pk):
            if survivor := survivor_of(request.user, gone):
                messages.info(request, _("The two are one client by now: %(client)s.") % {"client": survivor})
                return redirect(survivor)
        raise Http404 from None


@again
@transaction.atomic
def _merge_page(request: AuthenticatedRequest, pk: int, other_pk: int) -> HttpResponse:
    kept, removed = pair_for(request.user, pk, other_pk)
    if request.method == "POST":
        lock(pk, other_pk)
        kept, removed = pair_for(request.user, pk, other_pk)  # as they are, now that nobody changes them
    form = MergeForm(request.POST or None, kept=kept, removed=removed, user=request.user)
    if form.is_valid():
        try:
            with transaction.atomic():  # nothing of what is refused stays
                return _merged(request, form, kept, removed)
        except RefusedError as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "kept": kept,
        "removed": removed,
        "pair": [kept, removed],
        "moving": _counts(removed),
        "shares": [share for share in shares(pk, other_pk) if not share.is_whole],
    }
    return render(request, "clients/client_merge.html", context, status=_status(form))


def _merged(request: AuthenticatedRequest, form: MergeForm, kept: Client, removed: Client) -> HttpResponse:
    done = merge(kept.pk, removed.pk, takes=form.takes(), by=request.user, now=timezone.now())
    words = {"removed": removed, "kept": kept, "moment": formats.clock(done.undoable_until)}
    text = _("%(removed)s is merged into %(kept)s. You can undo this until %(moment)s.")
    messages.success(request, text % words)
    return redirect(kept)


def _status(form: MergeForm) -> int:
    if not form.is_bound:
        return 200
    return 409 if form.is_conflict else 422


def _counts(removed: Client) -> list[tuple[Any, int]]:
    """What moves, by kind. Rows of our own bookkeeping (that nobody types) and messages are not told."""
    found: Counter[Any] = Counter()
    for each, count in counts(removed.pk).items():
        if "change" in each.model._meta.default_permissions and not each.kind:
            what = _("clients of its group") if each.model is Client else each.model._meta.verbose_name_plural
            found[what] += count
    return [(what, count) for what, count in found.items() if count]


@require_http_methods(["GET", "POST"])
def merge_undo(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    found = merge_for(request.user, pk)
    form = OnceForm(request.POST if request.method == "POST" else None)
    if found.undone_at is not None:
        return redirect(MERGES)
    if form.is_valid():
        try:
            return _undone(request, found)
        except OvertakenError:
            return too_late_page(
                request, _("The survivor was merged into another client meanwhile."), back=MERGES
            )
        except RefusedError as refusal:
            form.add_error(None, str(refusal))
    elif not found.is_undoable(timezone.now()):
        text = _("The 30 days in which this merge could be undone were over on %(moment)s.")
        why = text % {"moment": formats.clock(found.undoable_until)}
        return too_late_page(request, why, back=MERGES)
    return form_page(
        request,
        form,
        heading=_("Undo the merge of %(client)s") % {"client": found.removed_name},
        subtitle=str(found.kept),
        note=_(
            "%(removed)s becomes a client of its own again, with everything that came from it and is still with"
            " %(kept)s. What was added to %(kept)s since stays there, but for what belongs to something that goes back,"
            " such as the renewal of a contract. Values that %(kept)s took over go back unless they were changed since."
        )
        % {"removed": found.removed_name, "kept": found.kept},
        submit=_("Undo the merge"),
        back=MERGES,
    )


@again
def _undone(request: AuthenticatedRequest, found: ClientMerge) -> HttpResponse:
    undo(found.pk, by=request.user, now=timezone.now())
    messages.success(request, _("%(client)s is a client of its own again.") % {"client": found.removed_name})
    return redirect(MERGES)


@require_POST
@transaction.atomic
def duplicate_dismiss(request: AuthenticatedRequest, pk: int, other_pk: int) -> HttpResponse:
    """These two are not the same."""
    one, other = pair_for(request.user, pk, other_pk)
    duplicates.tell_apart(one, other, request.user)
    words = {"one": one, "other": other}
    messages.success(request, _("%(one)s and %(other)s are no longer suggested.") % words)
    return redirect(DUPLICATES)


@require_POST
@transaction.atomic
def duplicate_suggest(request: AuthenticatedRequest, pk: int, other_pk: int) -> HttpResponse:
    """Take back that these two are not the same."""
    one, other = pair_for(request.user, pk, other_pk)
    duplicates.take_back(one, other)
    words = {"one": one, "other": other}
    messages.success(request, _("%(one)s and %(other)s are suggested again.") % words)
    return redirect(DUPLICATES)
