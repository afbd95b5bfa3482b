"""Contacts: found by client and e-mail, else by client and full name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.models.user import Salutation
from clients.models import Act, Client, Contact
from clients.models.contact import Attitude, DecisionRole, Influence
from exchange.datasets.base import Dataset, Entry, of, refuse_repeated
from exchange.datasets.finding import CLIENT_COLUMN, READ_ONLY, Clients, name_of
from exchange.datasets.kinds import Choice


class ContactDataset(Dataset):
    slug = "contacts"
    models = (Contact,)
    label = Contact._meta.verbose_name_plural
    about = gettext_lazy(
        "One line per person at a client. Somebody who is there already is found by her e-mail address, else by her"
        " name."
    )
    columns = (
        CLIENT_COLUMN,
        of(
            Contact,
            "full_name",
            is_required=True,
            example="Lestari Wulandari",
            also=("nama", "nama kontak", "nama narahubung", "nama pic", "pic", "name", "contact"),
        ),
        of(
            Contact,
            "email",
            example="lestari@nusarena.example",
            also=("email", "e-mail", "surel", "email pic"),
        ),
        of(Contact, "salutation", Choice(Salutation), example="Ibu", also=("sapaan",)),
        of(Contact, "preferred_name", example="Tari", also=("panggilan",)),
        of(Contact, "degree", example="S.E.", also=("gelar",)),
        of(Contact, "job_title", example="Kepala Pengadaan", also=("jabatan", "title", "position")),
        of(
            Contact,
            "phone",
            example="0812-3456-7890",
            also=("telepon", "hp", "no hp", "telp", "phone", "whatsapp", "hp pic", "telp pic"),
        ),
        of(Contact, "has_whatsapp", example="ya", also=("wa",)),
        of(Contact, "decision_role", Choice(DecisionRole), example="Pembelian"),
        of(Contact, "influence", Choice(Influence), example="Sedang"),
        of(Contact, "attitude", Choice(Attitude), example="Pendukung"),
        of(Contact, "is_primary", example="ya", also=("utama", "primary")),
        of(Contact, "is_active", example="ya", also=("aktif", "active")),
    )

    def is_open_to(self, user: User, day: date) -> bool:
        return Client.objects.editable_by(user).exists()

    def rows(self, user: User, day: date) -> QuerySet[Any]:
        rows: QuerySet[Any] = Contact.objects.visible_to(user).select_related("client")
        return rows.order_by("client_id", Lower("full_name"), "pk")

    def values_of(self, row: Contact) -> Iterable[dict[str, Any]]:
        yield self.own_values(row) | {"client": name_of(row.client)}

    def place(self, entries: Collection[Entry], user: User, day: date) -> None:
        clients = Clients(user, [entry.get("client") for entry in entries])
        found = [entry.try_to("client", clients.find) for entry in entries]
        known: dict[Any, Contact] = {}
        for contact in Contact.objects.filter(client__in=[client for client in found if client]).order_by(
            "-pk"
        ):
            known[contact.client_id, contact.full_name.casefold()] = contact
            if contact.email:
                known[contact.client_id, contact.email.casefold()] = contact
        keys = {}
        for entry, client in zip(entries, found, strict=True):
            self.require(entry, "client", client)
            if client is None:
                continue
            entry.group = client.pk  # one primary contact per client
            keys[entry.line] = (client.pk, str(entry.get("email") or entry.get("full_name") or "").casefold())
            contact = self._find(entry, client, known)
            self.fill(entry, contact)
            if entry.pieces and not clients.allows(client, Act.EDIT):
                entry.refuse("", str(READ_ONLY))
        refuse_repeated(entries, lambda entry: keys.get(entry.line), "full_name")

    def _find(self, entry: Entry, client: Client, known: dict[Any, Contact]) -> Contact:
        """By e-mail; by name only somebody who has no other address."""
        email, name = entry.get("email"), str(entry.get("full_name") or "").casefold()
        contact = known.get((client.pk, email)) if email else None
        if contact is None:
            contact = known.get((client.pk, name))
            if contact is not None and email and contact.email:
                contact = None
        return contact or Contact(client=client)
