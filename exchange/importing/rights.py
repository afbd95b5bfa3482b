"""What whoever asked may still do at the moment when a worker does it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.apps import apps

from accounts.models import User
from clients.models import Act, Client, ClientScopedQuerySet
from exchange.datasets import Dataset

# What rows that hang on a client ask for, where it is more than the right to edit it; as the datasets do.
ACTS = {
    "clients.Assignment": Act.LEAD,
    "contracts.Contract": Act.CONTRACT,
    "contracts.ContractLine": Act.CONTRACT,
}
LEADS_ONLY = {
    "clients.Client": {"tier"},
    "contracts.Contract": {"terminated_on", "termination_reason"},
}


def may_import(user: User, dataset: Dataset, day: date) -> bool:
    """Whether `user` may bring such a file at all."""
    return user.is_active and user.has_perm("exchange.import_data") and dataset.is_open_to(user, day)


def may_take_back(user: User, notes: Iterable[dict[str, Any]]) -> bool:
    """Whether `user` may still change the client of every row that is noted. One statement per model and act."""
    notes = list(notes)
    new = [note["pk"] for note in notes if note["is_new"] and note["model"] == Client._meta.label]
    return not any(_some_closed(user, label, act, pks, new) for (label, act), pks in _by_act(notes).items())


def _by_act(notes: Iterable[dict[str, Any]]) -> dict[tuple[str, Act], list[int]]:
    found: dict[tuple[str, Act], list[int]] = defaultdict(list)
    for note in notes:
        label = note["model"]
        is_for_leads = bool(LEADS_ONLY.get(label, set()) & set(note["before"]))
        found[label, Act.LEAD if is_for_leads else ACTS.get(label, Act.EDIT)].append(note["pk"])
    return found


def _some_closed(user: User, label: str, act: Act, pks: list[int], new_clients: list[int]) -> bool:
    """Whether `user` may not do this with one of the rows. The first owners of a new client go with it."""
    rows: Any = apps.get_model(label)._default_manager.filter(pk__in=pks)
    if label == "clients.Assignment":
        rows = rows.exclude(client__in=new_clients)
    if label == Client._meta.label:
        closed = rows.exclude(pk__in=Client.objects.allowing(user, act).values("pk"))
    elif isinstance(rows, ClientScopedQuerySet):
        closed = rows.exclude(
            **{f"{rows.client_lookup}__in": Client.objects.allowing(user, act).values("pk")}
        )
    else:
        return False
    return bool(closed.exists())
