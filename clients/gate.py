"""The one gate before a client: what one may not see does not exist (404), what one may not do is refused (403)."""

from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404

from accounts.days import today
from accounts.models import User
from clients.models import Act, Client, access

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
    """The client once more, locked. Raises PermissionDenied where `user` sees it but may not do `act`."""
    allowed = Client.objects.allowing(user, act).select_for_update(no_key=True, of=("self",))
    locked = allowed.filter(pk=client.pk).first()
    if locked is None:
        raise PermissionDenied
    return locked


def acts_of(user: User, client: Client) -> dict[str, bool]:
    """What `user` may do with the client, for buttons: {"log": True, "edit": False, …}. One statement."""
    whole: Any = Client.objects.with_acts(user, today()).get(pk=client.pk)
    return access.acts(user, leads=whole.is_led, roles=whole.own_roles)
