"""The clients of the demo company and the people there: invented, with numbers that are valid in form only."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from stdnum import luhn

from accounts.models import Tier
from accounts.models.user import Salutation, TimeZone
from clients.models import Assignment, Client, Consent, Contact
from clients.models.client import Industry
from clients.models.contact import Attitude, DecisionRole, Influence
from clients.models.names import LegalForm
from contracts.effective import Ledger
from portfolio.demo import names
from portfolio.demo.chance import deck, pick, stream, weighted
from portfolio.demo.contracts import Deal
from portfolio.demo.people import EAST, RETAIL, WEST

INDUSTRIES = {
    Industry.FMCG: 15,
    Industry.RETAIL: 14,
    Industry.FINANCE: 11,
    Industry.HEALTH: 9,
    Industry.EDUCATION: 8,
    Industry.PROPERTY: 8,
    Industry.LOGISTICS: 7,
    Industry.HOSPITALITY: 8,
    Industry.MANUFACTURING: 7,
    Industry.TECHNOLOGY: 6,
    Industry.AUTOMOTIVE: 3,
    Industry.ENERGY: 2,
    Industry.GOVERNMENT: 2,
}
FORMS = {
    LegalForm.PT: 69,
    LegalForm.CV: 17,
    LegalForm.PT_TBK: 4,
    LegalForm.YAYASAN: 4,
    LegalForm.KOPERASI: 3,
    LegalForm.PERSON: 2,
    LegalForm.UD: 1,
}
FITTING = {  # forms that only some industries take; rare ones choose first
    LegalForm.YAYASAN: {Industry.EDUCATION, Industry.HEALTH},
    LegalForm.KOPERASI: {Industry.FINANCE, Industry.RETAIL},
    LegalForm.UD: {Industry.RETAIL, Industry.FMCG},
    LegalForm.PERSON: {Industry.HOSPITALITY, Industry.HEALTH, Industry.RETAIL},
    LegalForm.PT_TBK: set(INDUSTRIES) - {Industry.GOVERNMENT, Industry.EDUCATION},
    LegalForm.CV: set(INDUSTRIES) - {Industry.GOVERNMENT, Industry.FINANCE, Industry.ENERGY},
}
SMALL = {LegalForm.CV, LegalForm.UD, LegalForm.PERSON, LegalForm.KOPERASI}


@dataclass(frozen=True)
class Region:
    """Where clients are; `team` looks after them. Towns: name, province, first digits of the postal code."""

    share: float
    team: str
    towns: tuple[tuple[str, str, str], ...]
    time_zone: str = TimeZone.WIB


REGIONS = {
    "Jabodetabek": Region(
        52,
        RETAIL,
        (
            ("Jakarta Selatan", "DKI Jakarta", "12"),
            ("Jakarta Pusat", "DKI Jakarta", "10"),
            ("Jakarta Barat", "DKI Jakarta", "11"),
            ("Kota Tangerang", "Banten", "151"),
            ("Kota Bekasi", "Jawa Barat", "171"),
        ),
    ),
    "Jawa Barat": Region(
        10, WEST, (("Kota Bandung", "Jawa Barat", "40"), ("Kota Cirebon", "Jawa Barat", "451"))
    ),
    "Jateng & DIY": Region(
        9, WEST, (("Kota Semarang", "Jawa Tengah", "50"), ("Sleman", "DI Yogyakarta", "555"))
    ),
    "Jawa Timur": Region(
        12, EAST, (("Kota Surabaya", "Jawa Timur", "60"), ("Kota Malang", "Jawa Timur", "651"))
    ),
    "Sumatera": Region(
        8, WEST, (("Kota Medan", "Sumatera Utara", "20"), ("Kota Padang", "Sumatera Barat", "251"))
    ),
    "Bali & Nusra": Region(
        4,
        EAST,
        (("Kota Denpasar", "Bali", "80"), ("Kota Mataram", "Nusa Tenggara Barat", "83")),
        TimeZone.WITA,
    ),
    "Sulawesi": Region(
        3,
        EAST,
        (("Kota Makassar", "Sulawesi Selatan", "90"), ("Kota Manado", "Sulawesi Utara", "951")),
        TimeZone.WITA,
    ),
    "Kalimantan": Region(1, EAST, (("Kota Balikpapan", "Kalimantan Timur", "761"),), TimeZone.WITA),
    "Papua": Region(1, EAST, (("Kota Jayapura", "Papua", "991"),), TimeZone.WIT),
}
STREETS = (
    "Jl. Melati",
    "Jl. Kenanga",
    "Jl. Cendana",
    "Jl. Merbabu",
    "Jl. Pelita",
    "Jl. Bahari",
    "Jl. Rinjani",
)
SOURCES = ("Rekomendasi klien", "Situs web", "Pameran", "Telepon pertama", "Media sosial", "Mitra")
TITLES = {
    DecisionRole.DECIDER: ("Direktur", "Direktur Pemasaran", "Pemilik", "Kepala Divisi"),
    DecisionRole.CHAMPION: ("Manajer Pemasaran", "Manajer TI", "Manajer Merek"),
    DecisionRole.USER: ("Staf Pemasaran", "Staf TI", "Spesialis Digital"),
    DecisionRole.BILLING: ("Staf Keuangan", "Kepala Keuangan"),
}


@dataclass(eq=False)
class Account:
    """One client with everything that belongs to it, not saved. `value`: monthly, at the beginning."""

    number: int
    client: Client
    region: str
    contacts: list[Contact]
    consents: list[Consent] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    ledger: Ledger = field(default_factory=lambda: Ledger((), (), (), None))
    team: str = ""
    is_planted: bool = False
    keeper: str = ""  # mailbox of who must look after it today, "" = whoever fits
    silent_since: date | None = None  # nobody talked to the client from this day on

    @property
    def joined(self) -> date | None:
        """The first day of value; None for a prospect."""
        return self.ledger.spans[0].first_day if self.ledger.spans else None


def accounts(count: int, reserved: Iterable[str]) -> list[Account]:
    """`count` clients with their contacts; shares of industries, forms and regions as planned. `reserved`: names."""
    rng, taken = stream("companies"), set(reserved)
    industries = deck(rng, INDUSTRIES, count)
    regions = deck(rng, {name: region.share for name, region in REGIONS.items()}, count)
    forms = fitting_forms(rng, industries)
    found = []
    for number in range(count):
        industry, form = industries[number], forms[number]
        name = names.company(rng, industry, taken)
        if form == LegalForm.BUMN:
            name = f"Perumda {name}"
        if form == LegalForm.PERSON:
            name = names.person(rng, taken).full
        taken.add(name)
        found.append(account(rng, number, name, form, industry, regions[number]))
    return found


def fitting_forms(rng: Random, industries: Sequence[str]) -> list[str]:
    """A legal form for each client, as often as planned and where it is usual: no foundation sells cars."""
    forms: list[str] = [
        LegalForm.BUMN if each == Industry.GOVERNMENT else LegalForm.PT for each in industries
    ]
    planned = Counter(deck(rng, FORMS, len(industries)))
    for form, fits in FITTING.items():
        free = [n for n, each in enumerate(industries) if each in fits and forms[n] == LegalForm.PT]
        for number in pick(rng, free, planned[form]):
            forms[number] = form
    return forms


def account(rng: Random, number: int, name: str, form: str, industry: str, region: str) -> Account:
    """One client with address, numbers and contacts."""
    place = REGIONS[region]
    city, province, postal = rng.choice(place.towns)
    client = Client(
        code=f"K-{number:04}",
        legal_name=name,
        legal_form=form,
        brand_name=name.split()[0] if rng.random() < 0.3 else "",
        industry=industry,
        npwp=npwp(number) if rng.random() < 0.9 else "",
        nib=f"0000000{rng.randrange(10**6):06}" if rng.random() < 0.7 else "",
        street=f"{rng.choice(STREETS)} No. {rng.randint(1, 180)}",
        rt_rw=f"{rng.randint(1, 12):03}/{rng.randint(1, 9):03}" if rng.random() < 0.4 else "",
        city=city,
        province=province,
        postal_code=postal + "".join(str(rng.randrange(10)) for _ in range(5 - len(postal))),
        time_zone=place.time_zone,
        payment_days=rng.choice((14, 30, 30, 30, 45)),
        source=rng.choice(SOURCES),
    )
    return Account(number, client, region, contacts(rng, client, number), team=place.team)


def npwp(number: int) -> str:
    """A company's tax number of an office that does not exist; its check digit is right."""
    body = f"99{number:06}"
    return f"0{body}{luhn.calc_check_digit(body)}999000"


def contacts(rng: Random, client: Client, number: int) -> list[Contact]:
    """One to four people, the first of them the primary contact."""
    roles = [DecisionRole.DECIDER, DecisionRole.CHAMPION, DecisionRole.BILLING, DecisionRole.USER]
    found: list[Contact] = []
    for role in roles[: weighted(rng, {1: 18, 2: 42, 3: 28, 4: 12})]:
        found.append(contact(rng, client, number, role, {each.full_name for each in found}))
    found[0].is_primary = True
    return found


def contact(rng: Random, client: Client, number: int, role: str, taken: set[str]) -> Contact:
    name = names.person(rng, taken)
    return Contact(
        client=client,
        full_name=name.full,
        salutation=name.salutation if rng.random() < 0.9 else "",
        degree=name.degree,
        preferred_name=("Pak " if name.salutation == Salutation.BAPAK else "Bu ") + name.full.split()[-1]
        if rng.random() < 0.2
        else "",
        job_title=rng.choice(TITLES[DecisionRole(role)]),
        phone=names.phone(rng),
        has_whatsapp=rng.random() < 0.85,
        email=f"{name.mailbox}@klien-{number:04}.example",
        decision_role=role,
        influence=Influence.HIGH if role == DecisionRole.DECIDER else rng.choice(Influence.values),
        attitude=weighted(rng, {Attitude.SUPPORTER: 45, Attitude.NEUTRAL: 35, Attitude.OPPONENT: 6, "": 14}),
    )


def consents(account: Account, day: date) -> list[Consent]:
    """On what basis the contacts may be reached; `day` = when the client came."""
    rng = stream("consents", account.number)
    found = []
    for person in account.contacts:
        found.append(
            Consent(contact=person, channel=Consent.Channel.EMAIL, basis=Consent.Basis.CONTRACT, given_on=day)
        )
        if person.has_whatsapp and rng.random() < 0.7:
            found.append(
                Consent(
                    contact=person,
                    channel=Consent.Channel.WHATSAPP,
                    basis=Consent.Basis.CONSENT,
                    given_on=day,
                )
            )
    return found


def tier(monthly: float) -> str:
    """By value a month in million rupiah."""
    bounds = ((60, Tier.STRATEGIC), (35, Tier.KEY), (6, Tier.REGULAR))
    return next((tier for least, tier in bounds if monthly >= least), Tier.STARTER)
