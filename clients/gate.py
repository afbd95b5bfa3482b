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
    client_for(user, pk, act)
    return Client.objects.select_for_update(no_key=True).get(pk=pk)


def row_for(user: User, rows: QuerySet[Any], pk: int, act: Act) -> Any:
    """A row that hangs on a client, locked together with it. `rows` is scoped here, never by the caller."""
    row = get_object_or_404(rows.visible_to(user).select_related("client"), pk=pk)  # type: ignore[attr-defined] # every ClientScopedQuerySet has it
    locked_client_for(user, row.client.pk, act)
    return get_object_or_404(rows.select_related("client"), pk=pk)  # somebody faster may have removed it


def refuse_unless(user: User, client: Client, act: Act) -> None:
    """Raise PermissionDenied where `user` sees the client but may not do `act`."""
    if not Client.objects.allowing(user, act).filter(pk=client.pk).exists():
        raise PermissionDenied


def acts_of(user: User, client: Client) -> dict[str, bool]:
    """What `user` may do with the client, for buttons: {"log": True, "edit": False, …}. One statement."""
    whole: Any = Client.objects.with_acts(user, today()).get(pk=client.pk)
    return access.acts(user, leads=whole.is_led, roles=whole.own_roles)
