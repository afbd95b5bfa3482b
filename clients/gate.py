"""The one gate before a client: what one may not see does not exist (404), what one may not do is refused (403)."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.days import today
from accounts.http import AuthenticatedRequest, too_late_page
from accounts.models import User
from clients.merging.owners import shares
from clients.models import Act, Client, ClientMerge, access

Row = TypeVar("Row", bound=Model)


def client_for(user: User, pk: int, act: Act | None = None) -> Client:
    """The client, if `user` may see it and do `act`. Raises Http404 and PermissionDenied."""
    client = get_object_or_404(Client.objects.visible_to(user), pk=pk)
    if act:
        refuse_unless(user, client, act)
    return client


def locked_client_for(user: User, pk: int, act: Act) -> Client:
    """Like `client_for`, and nobody else changes the client or what hangs on it until the transaction ends."""
    return _locked(user, client_for(user, pk), act)


def row_for(user: User, rows: QuerySet[Any], pk: int, act: Act, *, by: str = "pk") -> Any:
    """A row that hangs on a client, locked together with it. `rows` is scoped here, never by the caller.

    `by` is the lookup that `pk` is for, where not the row itself is named but something that hangs on it.
    """
    seen = rows.visible_to(user).prefetch_related(None).select_related("client")  # type: ignore[attr-defined] # every ClientScopedQuerySet has it
    row = get_object_or_404(seen, **{by: pk})
    _locked(user, row.client, act)
    return get_object_or_404(rows.select_related("client"), pk=row.pk)  # somebody faster may have removed it


def refuse_unless(user: User, client: Client, act: Act) -> None:
    """Raise PermissionDenied where `user` sees the client but may not do `act`."""
    if not Client.objects.allowing(user, act).filter(pk=client.pk).exists():
        raise PermissionDenied


def _locked(user: User, client: Client, act: Act) -> Client:
    """The client once more, locked. Raises PermissionDenied where `user` may not do `act`, Http404 if it is gone."""
    allowed = Client.objects.allowing(user, act).select_for_update(no_key=True, of=("self",))
    locked = allowed.filter(pk=client.pk).first()
    if locked is None:
        if not Client.objects.filter(pk=client.pk).exists():
            raise Http404  # merged into another one just now
        raise PermissionDenied
    return locked


def pair_for(user: User, pk: int, other_pk: int) -> tuple[Any, Any]:
    """Two clients that `user` may merge, with owner and acts. Raises Http404 and PermissionDenied. One statement."""
    day = today()
    seen = Client.objects.visible_to(user).with_owner(day).with_acts(user, day)
    found: dict[Any, Any] = seen.select_related("parent", "billing_contact").in_bulk([pk, other_pk])
    if len(found) < 2:
        raise Http404
    if not access.may_merge_clients(user):
        raise PermissionDenied
    for client in found.values():
        client.acts = access.acts(user, leads=client.is_led, roles=client.own_roles)
        if not client.acts["contract"]:  # contracts move
            raise PermissionDenied
    if not all(client.acts["lead"] for client in found.values()) and _ousts(user, pk, other_pk, day):
        raise PermissionDenied
    return found[pk], found[other_pk]


def _ousts(user: User, kept: int, removed: int, day: date) -> bool:
    """Whether somebody else would look after a client no longer, today or later: that is for leads to decide."""
    cut = [share.assignment for share in shares(kept, removed) if not share.is_whole]
    return any(each.user_id != user.pk and (each.end is None or each.end >= day) for each in cut)


def merge_for(user: User, pk: int) -> ClientMerge:
    """A merge that `user` may undo. Raises Http404 and PermissionDenied."""
    merge: ClientMerge = get_object_or_404(ClientMerge.objects.visible_to(user).select_related("kept"), pk=pk)
    if not access.may_merge_clients(user):
        raise PermissionDenied
    refuse_unless(user, merge.kept, Act.EDIT)
    return merge


def survivor_of(user: User, pk: int) -> Client | None:
    """The client into which the one with this key was merged, if `user` may see it."""
    merges = ClientMerge.objects.in_force().visible_to(user).filter(removed_pk=pk).select_related("kept")
    merge = merges.first()
    return merge.kept if merge else None


def leads_on(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The addresses of a client that was merged into another lead to that one, for whoever may see it.

    For views whose first argument is the client. What was typed for the merged client is not saved (409).
    """

    @wraps(view)
    def leading(request: AuthenticatedRequest, /, **parts: Any) -> HttpResponse:
        name = next(iter(parts))
        try:
            return view(request, **parts)
        except Http404:
            survivor = survivor_of(request.user, parts[name])
            if survivor is None:
                raise
        if request.method == "POST":
            text = _("This client was merged into %(client)s meanwhile; nothing was saved.")
            back = survivor.get_absolute_url()
            return too_late_page(request, text % {"client": survivor}, back=back)
        answer: HttpResponse = redirect(_name_of(request), **{**parts, name: survivor.pk})
        return answer

    return leading


def _name_of(request: AuthenticatedRequest) -> str:
    """The name of the address that was asked for."""
    return request.resolver_match.view_name if request.resolver_match else ""


def acts_of(user: User, client: Client) -> dict[str, bool]:
    """What `user` may do with the client, for buttons: {"log": True, "edit": False, …}. One statement."""
    whole: Any = Client.objects.with_acts(user, today()).get(pk=client.pk)
    return access.acts(user, leads=whole.is_led, roles=whole.own_roles)
