"""Planted stories: clients and people with something to show, each findable by its number.

A story takes over one of the clients of the company, before owners and activity are made up, and writes its contracts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count

from accounts.models.user import Salutation, TimeZone
from clients.models import Answer, Interaction, Survey
from clients.models.contact import DecisionRole
from clients.models.interaction import Channel, Outcome
from clients.models.names import LegalForm
from contracts.effective import add_months
from portfolio.demo import names, seasons
from portfolio.demo.activity import Activity
from portfolio.demo.chance import stream
from portfolio.demo.companies import REGIONS, Account, contact
from portfolio.demo.contracts import ONE_DAY, Deal, Line
from portfolio.demo.people import DOMAIN
from portfolio.demo.talking import moment, owner_on

JUTA = Decimal(1_000_000)
SHARE_OF_KEY_CLIENT = Decimal("0.068")
ANCHORS = {3: "Gemintara Boga", 20: "Pelitara Logistik", 45: "Waluyana Medika", 75: "Arunvira Edukasi"}
ANCHORS |= {105: "Bahariva Properti", 150: "Cakravana Finansia"}  # days from today to the binding date
DIPPED = (
    "Rimbanta Niaga",
    "Kencaraya Griya",
    "Satravi Pangan",
    "Sentavara Klinika",
    "Lumbanira Karya",
    "Pranalika Data",
)
FAR_EAST = ("Padmarena Niaga", "Jalavira Kargo")


@dataclass(frozen=True)
class Story:
    """One beat of a demo. `client` is the legal name, `person` the address, of whom it is about."""

    number: int
    title: str
    client: str = ""
    person: str = ""


STORIES = {
    story.number: story
    for story in (
        Story(1, "Junior account manager dengan 34 klien", person=f"am@{DOMAIN}"),
        Story(2, "Promotor diam 52 hari, kontrak berakhir 20 hari lagi", "Tirtavana Retail"),
        Story(3, "Klien utama 6,8% nilai, pendukungnya mengundurkan diri", "Nusarena Pangan"),
        Story(4, "Tim turun pada Januari tahun lalu setelah harga naik", DIPPED[0]),
        Story(5, "Batas pemberitahuan hari ini", "Lintavara Digital"),
        Story(6, "Kontrak berakhir 12 hari lalu tanpa keputusan", "Kirandara Resto"),
        Story(7, "Pergi pada akhir tahun, kembali pada bulan Juni", "Melatira Cendekia"),
        Story(9, "NPS wilayah dari empat jawaban", FAR_EAST[0]),
        Story(10, "Klien tercatat dua kali", "Sagarata Niaga"),
        Story(14, "Kontak bernama satu kata, CV dengan NPWP perorangan", "Banyuvara Sari"),
        Story(15, "Turun dan silang pada bulan yang sama, selisih nol", "Suryavanta Mart"),
        Story(17, "Batas pemberitahuan pada hari Idulfitri", "Purnavira Wisata"),
        Story(19, "Kontrak 24 bulan dengan harga bertahap", "Danavira Teknologi"),
        Story(20, "Account executive baru, semuanya masih kosong", person=f"new@{DOMAIN}"),
    )
}
DUPLICATE = "SAGARATA NIAGA"  # PT … Tbk; the other spelling of story 10


def chain(
    lines: list[Line], last_end: date, *, years: int = 2, auto_renew: bool = False, notice: int = 30
) -> list[Deal]:
    """Linked contracts of 12 months at one price, the last of which ends on `last_end`."""
    deals: list[Deal] = []
    for back in reversed(range(years)):
        start = add_months(last_end + ONE_DAY, -12 * (back + 1))
        end = add_months(last_end + ONE_DAY, -12 * back) - ONE_DAY
        deals.append(
            Deal(
                len(deals),
                start,
                end,
                [replace(line) for line in lines],
                notice_days=notice,
                signed_on=start - timedelta(days=12),
                renewed_from=deals[-1].key if deals else None,
            )
        )
    deals[-1].auto_renew = auto_renew
    return deals


def monthly(code: str, juta: str) -> Line:
    return Line(code, (Decimal(juta) * JUTA).quantize(Decimal("0.01")))


# --- Stories with contracts -----------------------------------------------------------------------


def silent_promoter(account: Account, day: date) -> None:
    account.deals = chain([monthly("SM-M", "12"), monthly("ADS-10", "6")], day + timedelta(days=20), notice=0)
    account.silent_since = day - timedelta(days=52)


def champion_gone(account: Account, day: date) -> None:
    """Its price is set by `weigh_key_client` once all others are known."""
    account.deals = chain([monthly("SM-L", "1"), monthly("PR-R", "1")], date(day.year + 1, 6, 30), years=4)
    account.contacts[0].decision_role = DecisionRole.CHAMPION
    account.contacts[0].is_active = account.contacts[0].is_primary = False
    account.contacts[1].is_primary = True
    for other in account.contacts[1:]:
        if other.decision_role == DecisionRole.CHAMPION:
            other.decision_role = DecisionRole.USER


def weigh_key_client(account: Account, others: Decimal) -> None:
    """Make the key client the share of the company it is meant to be; `others`: the monthly value of the rest."""
    total = others * SHARE_OF_KEY_CLIENT / (1 - SHARE_OF_KEY_CLIENT)
    for deal in account.deals:
        for line, part in zip(deal.lines, (Decimal("0.65"), Decimal("0.35")), strict=True):
            line.amount = (total * part / 100_000).quantize(Decimal(1)) * Decimal("100000.00")


def dearer_and_gone(account: Account, day: date) -> None:
    """15 % dearer for the last year; left at the end of the year before last."""
    end = date(day.year - 2, 12, 31)
    account.deals = chain([monthly("SEO-B", "8")], end)
    account.deals[-1].lines[0].amount = Decimal("9200000.00")
    account.deals[-1].give_notice(end - timedelta(days=40))
    account.deals[-1].reason = "Pindah ke pesaing karena harga"


def deadline_today(account: Account, day: date) -> None:
    account.deals = chain([monthly("MS-25", "14")], day + timedelta(days=30), auto_renew=True)


def expired(account: Account, day: date) -> None:
    account.deals = chain([monthly("WEB-M", "4.5"), monthly("SEO-B", "7.5")], day - timedelta(days=12))


def came_back(account: Account, day: date) -> None:
    left, back = date(day.year - 2, 12, 31), date(day.year - 1, 6, 2)
    account.deals = chain([monthly("CRM-S", "9")], left)
    account.deals[-1].give_notice(left - timedelta(days=35))
    account.deals[-1].reason = "Anggaran dipangkas"
    end = add_months(back, 24) - ONE_DAY
    signed_on = back - timedelta(days=7)
    account.deals.append(
        Deal(9, back, end, [monthly("CRM-S", "9.5"), monthly("WAB-M", "4.5")], signed_on=signed_on)
    )


def far_east(account: Account, day: date) -> None:
    account.deals = chain([monthly("HD-8x5", "8.5")], date(day.year + 1, 5, 31))


def spelled_twice(account: Account, day: date) -> None:
    account.deals = chain([monthly("SM-M", "13"), monthly("DSH-M", "8")], date(day.year + 1, 3, 31))


def small_partnership(account: Account, day: date) -> None:
    """A tax number of 16 digits that is the owner's identity number; 0000 at its end: nobody has it."""
    client = account.client
    client.city, client.province, client.postal_code = "Kota Tarakan", "Kalimantan Utara", "77111"
    client.time_zone, client.npwp = TimeZone.WITA, "6571015005800000"
    owner = account.contacts[0]
    owner.full_name, owner.preferred_name, owner.degree = "Paryanto", "", ""
    owner.salutation, owner.email = Salutation.BAPAK, f"paryanto@klien-{account.number:04}.example"
    account.deals = chain([monthly("WAB-M", "4.5")], date(day.year + 1, 4, 30))


def net_zero(account: Account, day: date) -> None:
    """In the month before last Rp8 juta less of one service and Rp8 juta of another."""
    on = add_months(day.replace(day=1), -2)
    account.deals = chain([monthly("SM-L", "22")], add_months(on, 5) - ONE_DAY)
    line = account.deals[-1].lines[0]
    line.end = on - ONE_DAY
    for code, juta in (("SM-L", "14"), ("CRM-S", "8")):
        account.deals[-1].lines.append(replace(monthly(code, juta), start=on))


def deadline_on_idulfitri(account: Account, day: date) -> None:
    account.deals = chain(
        [monthly("CLD-M", "12")], seasons.next_idulfitri(day) + timedelta(days=30), years=3, auto_renew=True
    )


def price_step(account: Account, day: date) -> None:
    start = add_months(day.replace(day=1), -14)
    step, end = add_months(start, 12), add_months(start, 24) - ONE_DAY
    lines = [
        replace(monthly("MS-50", "24"), end=step - ONE_DAY),
        replace(monthly("MS-50", "26.5"), start=step),
    ]
    account.deals = [*chain([monthly("MS-50", "22")], start - ONE_DAY, years=1)]
    account.deals.append(
        Deal(9, start, end, lines, signed_on=start - timedelta(days=15), renewed_from=account.deals[0].key)
    )


def bound_in(days: int) -> Callable[[Account, date], None]:
    """A running contract whose binding date is `days` away, for one stage of the alerts."""

    def write(account: Account, day: date) -> None:
        lines = [monthly("SM-L", "48"), monthly("PR-R", "30")] if days > 120 else [monthly("ADS-10", "11")]
        account.deals = chain(lines, day + timedelta(days=days + 30))

    return write


@dataclass(frozen=True)
class Plant:
    """Which client a story takes over, and how."""

    name: str
    write: Callable[[Account, date], None] | None  # None = a prospect
    form: str = LegalForm.PT
    region: str = "Jabodetabek"
    keeper: str = ""  # mailbox of the account manager who shows it


PLANTS = (
    Plant(STORIES[2].client, silent_promoter),
    Plant(STORIES[3].client, champion_gone, keeper="kam"),
    *(Plant(name, dearer_and_gone, region="Jawa Barat") for name in DIPPED),
    Plant(STORIES[5].client, deadline_today, keeper="am"),
    Plant(STORIES[6].client, expired),
    Plant(STORIES[7].client, came_back, LegalForm.YAYASAN),
    *(Plant(name, far_east, region="Papua") for name in FAR_EAST),
    Plant(STORIES[10].client, spelled_twice),
    Plant(STORIES[14].client, small_partnership, LegalForm.CV, "Kalimantan"),
    Plant(STORIES[15].client, net_zero),
    Plant(STORIES[17].client, deadline_on_idulfitri, region="Bali & Nusra"),
    Plant(STORIES[19].client, price_step, region="Jawa Timur"),
    *(Plant(name, bound_in(days)) for days, name in ANCHORS.items()),
    Plant(DUPLICATE, None, LegalForm.PT_TBK),
)


def plant(accounts: list[Account], day: date) -> None:
    """Let the stories take over the first clients."""
    for account, each in zip(accounts, PLANTS, strict=False):
        account.is_planted, account.keeper = True, each.keeper
        account.client.legal_name, account.client.legal_form, account.client.brand_name = (
            each.name,
            each.form,
            "",
        )
        account.client.industry = names.industry_of(each.name)
        settle(account, each.region)
        have_two_contacts(account)
        if each.write:
            each.write(account, day)


def have_two_contacts(account: Account) -> None:
    rng = stream("second contact", account.number)
    if len(account.contacts) < 2:
        taken = {each.full_name for each in account.contacts}
        account.contacts.append(contact(rng, account.client, account.number, DecisionRole.USER, taken))


def settle(account: Account, region: str) -> None:
    """Move a client to a region."""
    place = REGIONS[region]
    city, province, postal = place.towns[0]
    account.region, account.team = region, place.team
    account.client.city, account.client.province = city, province
    account.client.postal_code = postal.ljust(5, "1")
    account.client.time_zone = place.time_zone


# --- Stories with talks and answers ---------------------------------------------------------------


def act(accounts: list[Account], activity: Activity, day: date) -> None:
    """Write into the finished activity what single stories need."""
    by_name = {account.client.legal_name: account for account in accounts}
    last_words(by_name[STORIES[2].client], activity, day)
    four_answers([account for account in accounts if account.region == "Papua"], activity, day)


def last_words(account: Account, activity: Activity, day: date) -> None:
    """52 days ago a good talk, before that a 9."""
    on = day - timedelta(days=52)
    by = owner_on(account, on)
    if by is None:
        raise ValueError("somebody must look after the client of story 2")
    at = moment(on, time(10, 15))
    activity.interactions.append(
        Interaction(
            client=account.client,
            channel=Channel.CALL,
            happened_at=at,
            by=by,
            contact=account.contacts[0],
            outcome=Outcome.GOOD,
            summary="Klien puas dengan hasil kampanye.",
            created_at=at,
        )
    )
    activity.answers[:] = [each for each in activity.answers if each.client is not account.client]
    activity.answers.append(nps(activity, account, 0, 9, moment(on - timedelta(days=6), time(14))))


def four_answers(accounts: list[Account], activity: Activity, day: date) -> None:
    """Of one region only four contacts have answered in twelve months: no verdict is possible."""
    since = moment(add_months(day, -12), time(0))
    here = {id(account.client) for account in accounts}
    activity.answers[:] = [
        each
        for each in activity.answers
        if id(each.client) not in here or each.answered_at < since or each.survey.kind != Survey.Kind.NPS
    ]
    planted = [account for account in accounts if account.client.legal_name in FAR_EAST]
    on = moment(day - timedelta(days=40), time(9, 30))
    for (account, person), score in zip(people_of(planted), (10, 9, 6, 8), strict=False):
        activity.answers.append(nps(activity, account, person, score, on))


def people_of(accounts: list[Account]) -> Iterator[tuple[Account, int]]:
    for number in count():
        for account in accounts:
            yield account, min(number, len(account.contacts) - 1)


def nps(activity: Activity, account: Account, person: int, score: int, at: datetime) -> Answer:
    """An answer of the last round."""
    survey = [each for each in activity.surveys if each.kind == Survey.Kind.NPS][-1]
    return Answer(
        survey=survey, client=account.client, contact=account.contacts[person], score=score, answered_at=at
    )
