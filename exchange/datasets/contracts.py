"""Contracts with their lines: a line of the file is a line of the contract, whose own columns are repeated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from clients.models import Act, Client
from contracts.models import Contract, ContractLine, Product
from contracts.models.line import Period
from exchange.datasets.base import Change, Column, Dataset, Entry, NotFoundError, Piece, of
from exchange.datasets.finding import CLIENT_COLUMN, ByText, Clients, name_of
from exchange.datasets.kinds import CONTRACT, PRODUCT, Choice, Currency

HEAD = (
    "start",
    "end",
    "auto_renew",
    "notice_days",
    "currency",
    "payment_terms",
    "signed_on",
    "notice_on",
    "notice_by",
    "terminated_on",
    "termination_reason",
)
LINE = ("quantity", "unit_price", "discount_percent", "period", "line_start", "line_end")
LEADS_ONLY = {"terminated_on", "termination_reason"}
NOT_SIGNED_FOR = {
    "payment_terms",
    "notice_on",
    "notice_by",
    "renewed_from",
    "terminated_on",
    "termination_reason",
}


class ContractDataset(Dataset):
    slug = "contracts"
    models = (Contract, ContractLine)
    label = gettext_lazy("Contracts with lines")
    about = gettext_lazy(
        "One line per product of a contract; what is about the whole contract is repeated or left empty in further"
        " lines. A contract is found by its number. Lines that are missing in the file stay as they are."
    )
    columns = (
        of(
            Contract,
            "number",
            is_required=True,
            example="PKS-2026-0142",
            also=("nomor", "no kontrak", "no. kontrak", "contract"),
        ),
        CLIENT_COLUMN,
        of(
            Contract,
            "start",
            is_required=True,
            example="2026-01-01",
            also=("mulai", "tanggal mulai", "tgl mulai", "awal", "from"),
        ),
        of(
            Contract,
            "end",
            example="2026-12-31",
            also=("selesai", "berakhir", "tanggal berakhir", "tgl berakhir", "akhir", "until"),
        ),
        of(
            Contract,
            "signed_on",
            example="2025-12-18",
            also=("tanggal tanda tangan", "tanggal ttd", "tgl ttd", "ttd", "signed"),
            about=gettext_lazy("Empty = the contract stays a draft and counts nowhere."),
        ),
        of(Contract, "auto_renew", example="ya", also=("perpanjang otomatis", "otomatis")),
        of(Contract, "notice_days", example="30", also=("masa pemberitahuan", "notice")),
        of(Contract, "currency", Currency(), example="IDR", also=("mata uang",)),
        of(Contract, "payment_terms", example="Termin bulanan"),
        Column(
            "renews",
            Contract._meta.get_field("renewed_from").verbose_name,
            CONTRACT,
            about=gettext_lazy("Number of the contract before this one."),
            also=("memperpanjang",),
        ),
        of(Contract, "notice_on", also=("tanggal pemberitahuan",)),
        of(Contract, "notice_by", Choice(Contract.Party)),
        of(Contract, "terminated_on", also=("dihentikan",)),
        of(Contract, "termination_reason"),
        Column(
            "product",
            ContractLine._meta.get_field("product").verbose_name,
            PRODUCT,
            example="SEO-B",
            also=("produk", "layanan", "kode produk", "service", "item"),
        ),
        of(ContractLine, "quantity", example="1", also=("jumlah", "qty", "kuantitas")),
        of(
            ContractLine,
            "unit_price",
            is_required=True,
            example="4.500.000",
            also=("harga", "harga satuan", "nilai", "price", "amount"),
        ),
        of(ContractLine, "discount_percent", example="0", also=("diskon", "discount")),
        of(ContractLine, "period", Choice(Period), example="bulan", also=("satuan", "per")),
        of(ContractLine, "start", column="line_start", label=gettext_lazy("line: first day")),
        of(ContractLine, "end", column="line_end", label=gettext_lazy("line: last day")),
    )

    def is_open_to(self, user: User, day: date) -> bool:
        return Client.objects.allowing(user, Act.CONTRACT).exists()

    def rows(self, user: User, day: date) -> QuerySet[Any]:
        rows: QuerySet[Any] = Contract.objects.visible_to(user).select_related("client", "renewed_from")
        return rows.prefetch_related("lines__product").order_by(Lower("number"))

    def values_of(self, row: Contract) -> Iterable[dict[str, Any]]:
        head = {name: getattr(row, name) for name in ("number", *HEAD)} | {
            "client": name_of(row.client),
            "renews": row.renewed_from and row.renewed_from.number,
        }
        lines = [self._line_values(line) for line in row.lines.all()]
        yield from (head | line for line in lines or [{}])

    def _line_values(self, line: ContractLine) -> dict[str, Any]:
        own = {name: getattr(line, self.column(name).field) for name in LINE}
        return own | {"product": line.product.code}

    def place(self, entries: Collection[Entry], user: User, day: date) -> None:
        work = _Work(self, user, day, entries)
        contracts: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            number = entry.get("number")
            if number is None:
                self.require(entry, "number", None)
            else:
                contracts[number.casefold()].append(entry)
        for lines in contracts.values():
            work.place(lines)
        for lines in contracts.values():
            work.link(lines)


class _Work:
    """Placing the lines of one file, contract by contract."""

    def __init__(self, dataset: ContractDataset, user: User, day: date, entries: Collection[Entry]) -> None:
        self.dataset, self.day = dataset, day
        self.clients = Clients(user, [entry.get("client") for entry in entries])
        products = [entry.get("product") for entry in entries]
        catalogue = Product.objects.all()
        self.by_code = ByText(
            catalogue, "code", products, _("There is no product with the code or name “%(name)s”.")
        )
        self.by_name = ByText(catalogue, "name", products, self.by_code.missing)
        numbers = [entry.get(column) for entry in entries for column in ("number", "renews")]
        seen = (
            Contract.objects.visible_to(user)
            .select_related("client", "renewed_from")
            .prefetch_related("lines")
        )
        self.known = ByText(
            seen, "number", numbers, _("There is no contract “%(name)s” among those that you may see.")
        )
        self.new: dict[str, Contract] = {}
        self.heads: dict[str, Piece] = {}

    def place(self, entries: list[Entry]) -> None:
        """The contract by its first line that says something, then each line of it."""
        first = entries[0]
        key = first.get("number").casefold()
        clients = {client.pk: client for e in entries if (client := e.try_to("client", self.clients.find))}
        for entry in entries:
            entry.group = key
        contract = self.known.get(key) or self._begin(first, clients)
        if contract is None:
            return
        self._check_client(first, contract, clients)
        self._agree(entries)
        head = self.dataset.fill(first, contract, ("number", *HEAD))
        self._sign(first, head)
        if head.is_new:
            self.new[key] = contract
        self.heads[key] = head
        self._place_lines(entries, contract)
        self._check_rights(entries, head)

    def link(self, entries: list[Entry]) -> None:
        """Set the contract before this one, which may be new in the same file; both are taken over together."""
        first, key = entries[0], str(entries[0].get("number")).casefold()
        head, before = self.heads.get(key), first.get("renews")
        if head is None or not before:
            return
        earlier = self.new.get(before.casefold()) or first.try_to("renews", self.known.find)
        if earlier is None or (head.row.renewed_from_id and head.row.renewed_from_id == earlier.pk):
            return
        if earlier.client_id != head.row.client_id:
            first.refuse("renews", _("The renewed contract belongs to another client."))
            return
        first.changes.append(Change("renews", str(head.row.renewed_from or ""), earlier.number))
        head.set("renewed_from", earlier)
        first.add(head)
        self._order(entries, head)

    def _order(self, entries: list[Entry], head: Piece) -> None:
        chain = [head.row]
        while (earlier := chain[-1].renewed_from) is not None and earlier._state.adding:
            if earlier in chain:
                entries[0].refuse("renews", _("A contract cannot renew itself."))
                return
            chain.append(earlier)
        head.rank = len(chain) - 1
        for entry in entries:
            entry.group = chain[-1].number.casefold()

    def _begin(self, entry: Entry, clients: dict[int, Client]) -> Contract | None:
        if not clients:
            self.dataset.require(entry, "client", None)
            return None
        return Contract(client=next(iter(clients.values())))

    def _check_client(self, entry: Entry, contract: Contract, clients: dict[int, Client]) -> None:
        others = [client for pk, client in clients.items() if pk != contract.client_id]
        if others:
            words = {"number": entry.get("number"), "client": contract.client}
            entry.refuse("client", _("Contract %(number)s belongs to %(client)s.") % words)

    def _agree(self, entries: list[Entry]) -> None:
        """What is about the whole contract is the same in all its lines, or empty; the first line gets it."""
        first = entries[0]
        for name in (*HEAD, "renews"):
            for entry in entries[1:]:
                if name not in entry.values:
                    continue
                value = first.values.setdefault(name, entry.values[name])
                if entry.values[name] != value:
                    text = _("Line %(line)d of the same contract says something else here.")
                    entry.refuse(name, text % {"line": first.line})

    def _sign(self, entry: Entry, head: Piece) -> None:
        signed = head.row.signed_on is not None
        if signed and head.row.signed_on > self.day:
            entry.refuse("signed_on", _("This day lies in the future."))
        if head.row.status == Contract.Status.SIGNED and not signed:
            entry.refuse("signed_on", _("What is signed stays signed; end the contract on its page instead."))
        if head.set("status", Contract.Status.SIGNED if signed else Contract.Status.DRAFT):
            entry.add(head)

    def _place_lines(self, entries: list[Entry], contract: Contract) -> None:
        stored: dict[Any, list[ContractLine]] = defaultdict(list)
        if contract.pk:
            for line in contract.lines.all():
                stored[line.product_id, line.start].append(line)
        for entry in entries:
            product = entry.try_to("product", self._product)
            if product is None:
                if entry.get("product") is None and any(entry.get(name) is not None for name in LINE):
                    self.dataset.require(entry, "product", None)
                continue
            alike = stored[product.pk, entry.get("line_start")]
            line = alike.pop(0) if alike else ContractLine(contract=contract, product=product)
            if line._state.adding:
                entry.changes.append(Change("product", "", str(product)))
            piece = self.dataset.fill(entry, line, LINE)
            piece.rank = 1000

    def _product(self, name: str) -> Product:
        found: Product | None = self.by_code.get(name) or self.by_name.get(name)
        if found is None:
            raise NotFoundError(self.by_code.missing % {"name": name})
        return found

    def _check_rights(self, entries: list[Entry], head: Piece) -> None:
        client = head.row.client
        for entry in entries:
            if entry.pieces and not self.clients.allows(client, Act.CONTRACT):
                entry.refuse("", _("You may not change the contracts of this client."))
        if self._changes_what_is_signed(entries, head) and not self.clients.allows(client, Act.LEAD):
            text = _(
                "Only a lead or director may change what is signed by a list; others use the actions on its page."
            )
            entries[0].refuse("", text)
        if LEADS_ONLY & set(head.before) and not self.clients.allows(client, Act.LEAD):
            entries[0].refuse("terminated_on", _("Only a lead or director may end a contract early."))

    def _changes_what_is_signed(self, entries: list[Entry], head: Piece) -> bool:
        """Whether dates, currency or lines of a stored contract that is signed become others, back to its first day."""
        if head.is_new or head.before.get("status", head.row.status) != Contract.Status.SIGNED:
            return False
        lines = any(isinstance(piece.row, ContractLine) for entry in entries for piece in entry.pieces)
        return lines or bool(set(head.before) - NOT_SIGNED_FOR)
