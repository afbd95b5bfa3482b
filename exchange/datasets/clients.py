"""Clients: found by own code, else by NPWP, else by name. New ones may come with their first owners."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts import formats
from accounts.models import Team, Tier, User
from accounts.models.user import TimeZone
from clients.models import Act, Assignment, Client
from clients.models.access import may_create_clients
from clients.models.client import Industry
from clients.models.names import LegalForm, split_name
from clients.models.npwp import masked
from exchange.datasets.base import (
    EMPTY,
    Change,
    Column,
    Dataset,
    Entry,
    Piece,
    of,
    refuse_repeated,
)
from exchange.datasets.finding import NO_OWNERS, READ_ONLY, Clients, People, led_people, name_of, sees_parent
from exchange.datasets.kinds import PERSON, Choice, Day, Digits, Npwp, Text

AFTER_CLIENTS = 1000  # as many groups within groups there will never be
FIRST_OWNER = gettext_lazy("The first owner; later changes are assignments.")
OWNERS = {"am": Assignment.Role.AM, "ae": Assignment.Role.AE}


class ClientDataset(Dataset):
    slug = "clients"
    models = (Client,)
    label = Client._meta.verbose_name_plural
    about = gettext_lazy(
        "One line per client. A client that is there already is found by its own code, else by its NPWP, else by its"
        " name, whatever its legal form, dots and case."
    )
    columns = (
        of(
            Client, "code", is_single=True, example="K-0142", also=("kode", "kode klien", "client code", "id")
        ),
        of(
            Client,
            "legal_name",
            is_required=True,
            example="PT Nusarena Pangan",
            about=gettext_lazy("With or without its legal form."),
            also=(
                "nama",
                "nama klien",
                "nama perusahaan",
                "perusahaan",
                "client",
                "klien",
                "company",
                "name",
            ),
        ),
        of(Client, "legal_form", Choice(LegalForm), example="PT", also=("bentuk", "badan hukum")),
        of(Client, "brand_name", example="Nusarena", also=("merek", "brand")),
        Column(
            "group",
            Client._meta.get_field("parent").verbose_name,
            Text(160),
            example="",
            about=gettext_lazy("Code or name of the client that this one belongs to."),
            also=("grup", "induk", "parent"),
        ),
        of(Client, "industry", Choice(Industry), example="Makanan dan barang konsumsi", also=("sektor",)),
        of(Client, "tier", Choice(Tier), example="Reguler", also=("tingkatan", "kelas", "segmen")),
        of(Client, "npwp", Npwp(), is_single=True, example="0012345678012000", also=("npwp",)),
        of(Client, "nib", Digits((13,)), example="9120001234567", also=("nib",)),
        of(Client, "street", example="Jl. Melati 12", also=("alamat", "address", "jalan")),
        of(Client, "rt_rw", example="003/005"),
        of(Client, "village", also=("kelurahan", "desa")),
        of(Client, "district", also=("kecamatan",)),
        of(Client, "city", example="Jakarta Selatan", also=("kota", "kabupaten", "city")),
        of(Client, "province", example="DKI Jakarta", also=("provinsi", "propinsi")),
        of(Client, "postal_code", Digits((5,)), example="12430", also=("kode pos", "zip")),
        of(Client, "time_zone", Choice(TimeZone), example="WIB (Jakarta)"),
        of(Client, "payment_days", example="30", also=("termin", "top", "payment terms")),
        of(Client, "source", example="Pameran 2025", also=("sumber",)),
        Column(
            "am",
            Assignment.Role.AM.label,
            PERSON,
            example="rina@contoh.example",
            about=FIRST_OWNER,
            also=("am", "account manager", "pic", "e-mail am", "email am"),
        ),
        Column(
            "ae",
            Assignment.Role.AE.label,
            PERSON,
            also=("ae", "account executive", "sales", "e-mail ae", "email ae"),
            about=FIRST_OWNER,
        ),
        Column(
            "owned_since",
            pgettext_lazy("column", "Owned since"),
            Day(),
            example="2025-01-01",
            about=gettext_lazy("First day of these owners; empty = the day on which the file is taken over."),
            also=("sejak", "since", "klien sejak"),
        ),
    )

    def is_open_to(self, user: User, day: date) -> bool:
        return may_create_clients(user, day) or Client.objects.editable_by(user).exists()

    def rows(self, user: User, day: date) -> QuerySet[Any]:
        owners = Assignment.objects.filter(role__in=OWNERS.values()).select_related("user").order_by("start")
        rows: QuerySet[Any] = (
            Client.objects.visible_to(user)
            .select_related("parent")
            .annotate(sees_parent=sees_parent(user))
            .prefetch_related(Prefetch("assignments", owners, to_attr="owners"))
        )
        return rows.order_by(Lower("legal_name"), "pk")

    def values_of(self, row: Any) -> Iterable[dict[str, Any]]:
        newest = {assignment.role: assignment for assignment in row.owners}
        owners = {column: newest[role] for column, role in OWNERS.items() if role in newest}
        yield self.own_values(row) | {
            "npwp": row.npwp if not row.has_personal_npwp else None,
            "group": name_of(row.parent) if row.sees_parent else None,
            "owned_since": next((owner.start for owner in owners.values()), None),
            **{column: owner.user.email for column, owner in owners.items()},
        }

    def place(self, entries: Collection[Entry], user: User, day: date) -> None:
        refuse_repeated(entries, lambda e: (e.get("code") or "").casefold() or None, "code")
        refuse_repeated(entries, lambda e: e.get("npwp"), "npwp")
        work = _Work(self, user, day, entries)
        for step in (work.place, work.join, work.finish):
            for entry in entries:
                step(entry)


class _Work:
    """Placing the lines of one file: who may do what, and what the lines say about each other."""

    def __init__(self, dataset: ClientDataset, user: User, day: date, entries: Collection[Entry]) -> None:
        self.dataset, self.user, self.day = dataset, user, day
        names = [e.get(column) for e in entries for column in ("code", "legal_name", "group")]
        self.clients = Clients(user, names, [e.get("npwp") for e in entries])
        led = led_people(user, day)
        holders = Assignment.objects.visible_to(user).values("user")
        known_people = User.objects.filter(Q(pk__in=led) | Q(pk__in=holders), is_active=True)
        self.people = People([e.get(c) for e in entries for c in OWNERS], known_people)
        self.team = set(led.values_list("pk", flat=True))
        self.may_create = may_create_clients(user, day)
        self.sees_unowned = Team.objects.led_by(user, day).filter(parent=None).exists()
        self.lines: dict[int, int] = {}  # by client that is there: no two lines are about one
        self.pieces: dict[int, Piece] = {}  # the client of each line
        self.new: dict[str, Client] = {}  # by code or name: others in the file may belong to them
        known = Client.objects.filter(pk__in=self.clients.pks)
        self.owners = {(a.client_id, a.role): a for a in _owners(known)}

    def place(self, entry: Entry) -> None:
        _take_form_from_name(entry)
        client = self._find(entry)
        if client is None:
            return
        if client.pk in self.lines:
            words = {"line": self.lines[client.pk], "client": client}
            entry.refuse("", _("Line %(line)d is about the same client, %(client)s.") % words)
            return
        if client.pk:
            self.lines[client.pk] = entry.line
        piece = self.dataset.fill(entry, client)
        _mask_npwp(entry, piece)
        self.pieces[entry.line] = piece
        if piece.is_new:
            for name in filter(None, (client.code, client.legal_name)):
                self.new.setdefault(name.casefold(), client)
        self._set_owners(entry, client)

    def join(self, entry: Entry) -> None:
        """Set the client that this one belongs to, which may be new in the same file."""
        name, piece = entry.get("group"), self.pieces.get(entry.line)
        if not name or not piece:
            return
        parent = self.new.get(name.casefold()) or entry.try_to("group", self.clients.find)
        if parent is None or (piece.row.parent_id and piece.row.parent_id == parent.pk):
            return
        was = name_of(piece.row.parent) if getattr(piece.row, "sees_parent", False) else ""
        entry.changes.append(Change("group", was, name_of(parent)))
        piece.set("parent", parent)
        entry.add(piece)

    def finish(self, entry: Entry) -> None:
        """A group is written before its members, and taken over with them or not at all."""
        piece = self.pieces.get(entry.line)
        if not piece:
            return
        above = [piece.row]
        while (parent := above[-1].parent) is not None and parent._state.adding:
            if parent in above:
                entry.refuse("group", _("A client cannot be part of itself."))
                return
            above.append(parent)
        piece.rank, entry.group = len(above) - 1, id(above[-1])
        self._check_rights(entry, piece)

    def _find(self, entry: Entry) -> Client | None:
        """The client of this line, a new one, or None after a problem."""
        code, npwp, name = entry.get("code"), entry.get("npwp"), entry.get("legal_name")
        by_code = self.clients.by_code.get(code.casefold()) if code else None
        by_npwp = self.clients.by_npwp.get(npwp) if npwp else None
        if by_code or by_npwp:
            return by_code or by_npwp
        alike = self.clients.named(name) if name else []
        open_to_code = [
            client
            for client in alike
            if not (code and client.code) and not (npwp and client.npwp and client.npwp != npwp)
        ]
        if len(open_to_code) > 1:
            text = _("%(n)d clients are called “%(name)s”; write the code of the one that is meant.")
            entry.refuse("legal_name", text % {"n": len(open_to_code), "name": name})
            return None
        if open_to_code:
            entry.hints.append(_("Found by its name: %(client)s.") % {"client": open_to_code[0]})
            return open_to_code[0]
        for client in alike:
            text = _("Looks like %(client)s (%(code)s): if it is the same, write that code.")
            entry.hints.append(text % {"client": client, "code": client.code or formats.DASH})
        other = self.new.get(name.casefold()) if name else None
        if other and not code and not (npwp and other.npwp and other.npwp != npwp):
            entry.refuse("legal_name", _("A line above says the same already."))
            return None
        return Client(created_by=self.user, legal_form=LegalForm.OTHER)  # a “Toko …” in a list is no PT

    def _check_rights(self, entry: Entry, piece: Piece) -> None:
        if piece.is_new:
            if not self.may_create:
                entry.refuse("", _("You may not add clients."))
            return
        if piece.before and not self.clients.allows(piece.row, Act.EDIT):
            entry.refuse("", str(READ_ONLY))
        if "tier" in piece.before and not self.clients.allows(piece.row, Act.LEAD):
            entry.refuse("tier", _("Only a lead or director may change the tier."))

    def _set_owners(self, entry: Entry, client: Client) -> None:
        since = entry.get("owned_since") or self.day
        wanted = {
            column: user for column in OWNERS if (user := entry.try_to(column, self.people.find)) is not None
        }
        if client.pk is None and not wanted and not entry.problems and not self.sees_unowned:
            wanted = {self.user.owner_role.lower(): self.user}  # as on the page for a new client
        owned = [self._set_owner(entry, client, column, user, since) for column, user in wanted.items()]
        if any(owned):
            entry.changes.append(Change("owned_since", "", Day().shown(since)))

    def _set_owner(self, entry: Entry, client: Client, column: str, user: User, since: date) -> bool:
        """Returns whether the line makes `user` an owner."""
        role = OWNERS[column]
        current = self.owners.get((client.pk, role)) if client.pk else None
        if current:
            if current.user_id != user.pk:
                text = _("%(person)s has this role since %(day)s; a change of owner is an assignment.")
                entry.refuse(column, text % {"person": current.user, "day": Day().shown(current.start)})
            return False
        if client.pk and not self.clients.allows(client, Act.LEAD):
            entry.refuse(column, str(NO_OWNERS))
            return False
        if user.pk not in self.team:
            entry.refuse(column, _("%(person)s is in none of your teams.") % {"person": user})
            return False
        entry.changes.append(Change(column, "", str(user)))
        assignment = Assignment(client=client, user=user, role=role, start=since)
        entry.add(Piece(assignment, rank=AFTER_CLIENTS))
        return True


def _owners(clients: QuerySet[Client]) -> QuerySet[Any]:
    """The newest owner of each client in each role."""
    rows: QuerySet[Any] = Assignment.objects.filter(client__in=clients, role__in=OWNERS.values())
    return rows.select_related("user").order_by("client_id", "role", "-start").distinct("client_id", "role")


def _mask_npwp(entry: Entry, piece: Piece) -> None:
    """Of a private person, before or after, only the last digits are shown, whatever the number looks like."""
    if LegalForm.PERSON in (piece.row.legal_form, piece.before.get("legal_form")):
        entry.changes = [
            Change(each.column, masked(each.old), masked(each.new)) if each.column == "npwp" else each
            for each in entry.changes
        ]


def _take_form_from_name(entry: Entry) -> None:
    """“PT. Sagarata Niaga Tbk” in one cell is a form and a name; a form in a column of its own counts more."""
    name = entry.values.get("legal_name")
    if not name or name is EMPTY:
        return
    form, entry.values["legal_name"] = split_name(name)
    if form:
        entry.values.setdefault("legal_form", form)
