"""Who looks after which client from when until when: found by client, role, person and first day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from accounts.models import User
from clients.models import Act, Assignment, Client
from exchange.datasets.base import Change, Column, Dataset, Entry, of, refuse_repeated
from exchange.datasets.finding import CLIENT_COLUMN, NO_OWNERS, Clients, People, led_people, name_of
from exchange.datasets.kinds import PERSON, Choice

KEY = ("client", "role", "user", "start")


class AssignmentDataset(Dataset):
    slug = "assignments"
    models = (Assignment,)
    label = Assignment._meta.verbose_name_plural
    about = gettext_lazy(
        "One line for each time that somebody looks or looked after a client. When an owner changes, the earlier line"
        " ends the day before the later one begins. An assignment is found by client, role, person and first day."
    )
    columns = (
        CLIENT_COLUMN,
        of(Assignment, "role", Choice(Assignment.Role), is_required=True, example="AM", also=("peran",)),
        Column(
            "user",
            User._meta.verbose_name,
            PERSON,
            example="rina@contoh.example",
            is_required=True,
            also=("orang", "am", "ae", "pic", "email", "nama", "penanggung jawab", "person"),
        ),
        of(Assignment, "start", is_required=True, example="2025-01-01", also=("mulai", "sejak", "since")),
        of(Assignment, "end", example="", also=("sampai", "selesai", "until")),
        of(Assignment, "reason", example="Pembagian ulang portofolio", also=("alasan",)),
    )

    def is_open_to(self, user: User, day: date) -> bool:
        return Client.objects.allowing(user, Act.LEAD).exists()

    def rows(self, user: User, day: date) -> QuerySet[Any]:
        rows: QuerySet[Any] = Assignment.objects.visible_to(user).select_related("client", "user")
        return rows.order_by("client_id", "start", "pk")

    def values_of(self, row: Assignment) -> Iterable[dict[str, Any]]:
        yield self.own_values(row) | {"client": name_of(row.client), "user": row.user.email}

    def place(self, entries: Collection[Entry], user: User, day: date) -> None:
        clients = Clients(user, [entry.get("client") for entry in entries])
        holders = Assignment.objects.visible_to(user).values("user")
        known_people = User.objects.filter(Q(pk__in=led_people(user, day)) | Q(pk__in=holders))
        people = People([entry.get("user") for entry in entries], known_people)
        rows = []
        for entry in entries:
            client, person = entry.try_to("client", clients.find), entry.try_to("user", people.find)
            rows.append((entry, client, person))
        known = {
            (row.client_id, row.role, row.user_id, row.start): row
            for row in Assignment.objects.filter(
                client__in=[client for _entry, client, _person in rows if client]
            )
        }
        keys: dict[int, Any] = {}
        for entry, client, person in rows:
            for name, found in (("client", client), ("user", person)):
                self.require(entry, name, found)
            if client is None or person is None:
                continue
            entry.group = client.pk  # ends and beginnings of one client fit together
            key = (client.pk, entry.get("role"), person.pk, entry.get("start"))
            keys[entry.line] = key
            row = known.get(key) or Assignment(client=client, user=person)
            if row._state.adding:
                entry.changes.append(Change("user", "", str(person)))
            self.fill(entry, row)
            if entry.pieces and not clients.allows(client, Act.LEAD):
                entry.refuse("", str(NO_OWNERS))
        refuse_repeated(entries, lambda entry: keys.get(entry.line), "client")
