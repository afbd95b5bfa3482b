"""What is said and promised: interactions of the last months, tasks, answers to surveys."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from accounts.models import User
from clients.models import Answer, Contact, Interaction, Survey, Task
from clients.models.interaction import Channel, Outcome
from contracts.effective import add_months
from portfolio.demo import seasons
from portfolio.demo.chance import deck, several, stream, weighted
from portfolio.demo.companies import Account

COMMENTS = Path(__file__).with_name("comments.tsv")
MONTHS_OF_TALKS = 12  # older ones would cost time and tell nothing
QUARTERS = ("I", "II", "III", "IV")
A_MONTH = 2.6  # interactions per client
LOGGED_LATE = 0.03
CHANNELS = {Channel.WHATSAPP: 46, Channel.CALL: 18, Channel.MEETING: 14, Channel.VISIT: 12, Channel.EMAIL: 10}
OUTCOMES = {Outcome.GOOD: 58, Outcome.NEUTRAL: 28, Outcome.CONCERN: 8, Outcome.NO_ANSWER: 6}
SUBJECTS = (
    "laporan bulanan",
    "rencana konten bulan depan",
    "hasil kampanye",
    "anggaran tahun depan",
    "jadwal materi",
    "faktur bulan ini",
    "perpanjangan kontrak",
    "tambahan layanan",
    "keluhan mutu desain",
    "tiket helpdesk yang terbuka",
)
SENTENCES = {
    Outcome.GOOD: ("Membahas {}; semua disetujui.", "Menjelaskan {}, klien puas.", "Sepakat soal {}."),
    Outcome.NEUTRAL: (
        "Memberi tahu {}.",
        "Mengirim {}, menunggu tanggapan.",
        "Bertanya kabar dan menyinggung {}.",
    ),
    Outcome.CONCERN: ("Klien mengeluhkan {}.", "Klien ragu soal {}, perlu tindak lanjut."),
    Outcome.NO_ANSWER: ("Tidak terhubung; ingin membahas {}.",),
}
STEPS = (
    "Kirim ringkasan rapat",
    "Kirim penawaran",
    "Jadwalkan rapat evaluasi",
    "Tanyakan keputusan anggaran",
    "Perbaiki laporan bulanan",
    "Siapkan bahan perpanjangan",
    "Hubungi bagian keuangan soal faktur",
)
WITH_STEP = 0.22
NPS_QUARTERS = 9
RESPONSE = 0.31
FAR_RESPONSE = 0.12  # where too few answer for a verdict, on purpose
FAR = ("Sulawesi", "Papua")
NPS_FROM, NPS_TO, NPS_DIP = 18, 31, 12
CSAT_A_MONTH = 0.045  # answers per client: about 0.11 complaints, two of five rate the solution
CSAT_SCORES = {5: 40, 4: 38, 3: 14, 2: 5, 1: 3}
COMMENTED = 0.45
NPS_QUESTION = "Seberapa besar kemungkinan Anda merekomendasikan kami kepada rekan bisnis?"
CSAT_QUESTION = "Seberapa puas Anda dengan penanganan keluhan Anda?"


@dataclass(eq=False)
class Activity:
    """What happened, not saved."""

    interactions: list[Interaction] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    surveys: list[Survey] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


def moment(day: date, at: time, zone: str = "Asia/Jakarta") -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone))


def working_hour(rng: Random) -> time:
    return time(rng.choice((8, 9, 9, 10, 10, 11, 13, 14, 14, 15, 16)), rng.choice(range(0, 60, 5)))


def owner_on(account: Account, day: date) -> User | None:
    """The account manager of a day, else the executive, as on the pages."""
    rows = [row for row in account.assignments if row.start <= day and (row.end is None or row.end >= day)]
    by_role = {row.role: row.user for row in rows}
    return by_role.get("AM") or by_role.get("AE")


# --- Talks and tasks ------------------------------------------------------------------------------


def talks(account: Account, day: date) -> Iterator[Interaction]:
    """Interactions of the last months on working days before `day`, fewer around Idulfitri."""
    rng = stream("talks", account.number)
    first = add_months(day.replace(day=1), -MONTHS_OF_TALKS)
    month = first
    while month <= day:
        for _ in range(several(rng, A_MONTH)):
            on = rng.choice(seasons.working_days(month))
            by = owner_on(account, on)
            known = on < (account.silent_since or day) and account.ledger.span_on(on) is not None
            if by and known and rng.random() < seasons.liveliness(on):
                yield talk(rng, account, by, on, day)
        month = add_months(month, 1)


def talk(rng: Random, account: Account, by: User, on: date, day: date) -> Interaction:
    """One interaction on a day, seldom logged late; the next step only if its day has a sense."""
    at = moment(on, working_hour(rng), account.client.time_zone)
    late = (
        timedelta(days=rng.randint(2, 6))
        if rng.random() < LOGGED_LATE
        else timedelta(minutes=rng.randint(5, 240))
    )
    outcome = weighted(rng, OUTCOMES)
    made = Interaction(
        client=account.client,
        channel=weighted(rng, CHANNELS),
        happened_at=at,
        by=by,
        contact=rng.choice(account.contacts),
        outcome=outcome,
        summary=rng.choice(SENTENCES[outcome]).format(rng.choice(SUBJECTS)),
        created_at=min(at + late, moment(day, time(0))),
    )
    if rng.random() < WITH_STEP:
        made.next_step, made.next_step_due = (
            rng.choice(STEPS),
            working_day(on + timedelta(days=rng.randint(2, 21))),
        )
    return made


def working_day(day: date) -> date:
    """The day itself, or the first working day after it."""
    while seasons.is_off(day):
        day += timedelta(days=1)
    return day


def tasks_of(interactions: Sequence[Interaction], day: date) -> Iterator[Task]:
    """One task for each next step, as the page makes them; nearly all that were due are done."""
    rng = stream("tasks")
    for each in interactions:
        if each.next_step_due is None:
            continue
        done = each.next_step_due < day and rng.random() < 0.97
        done_on = each.next_step_due - timedelta(days=rng.choice((0, 0, 0, 1, 2)))
        done_at = max(moment(done_on, time(16, 30)), each.created_at) if done else None
        yield Task(
            client=each.client,
            title=each.next_step,
            due_on=each.next_step_due,
            owner=each.by,
            source=Task.Source.INTERACTION,
            done_at=done_at,
            done_by=each.by if done else None,
            created_at=each.created_at,
        )


# --- Surveys --------------------------------------------------------------------------------------


@cache
def comments() -> dict[int, list[str]]:
    """Comments by NPS score."""
    found: dict[int, list[str]] = defaultdict(list)
    with COMMENTS.open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            found[int(row["skor"])].append(row["komentar"])
    return found


def quarters(day: date) -> list[date]:
    """The first days of the last quarters, oldest first; the running one only from its second month on."""
    this = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    if day < add_months(this, 1):
        this = add_months(this, -3)
    return [add_months(this, -3 * back) for back in reversed(range(NPS_QUARTERS))]


def nps_goal(quarter: date, all_quarters: Sequence[date], day: date) -> float:
    """Where the score is going: up, with a dip in the first quarter of last year."""
    if quarter == date(day.year - 1, 1, 1):
        return NPS_DIP
    step = all_quarters.index(quarter) / (len(all_quarters) - 1)
    return NPS_FROM + (NPS_TO - NPS_FROM) * step


def nps_scores(rng: Random, goal: float, count: int) -> list[int]:
    """Scores of a crowd whose promoters less detractors are `goal` points."""
    passives = 28.0
    detractors = (100 - passives - goal) / 2
    scores = {
        "promoter": {9: 6, 10: 4},
        "passive": {7: 1, 8: 1},
        "detractor": {6: 42, 5: 24, 4: 14, 3: 9, 2: 6, 0: 5},
    }
    crowd = {"promoter": goal + detractors, "passive": passives, "detractor": detractors}
    return [weighted(rng, scores[kind]) for kind in deck(rng, crowd, count)]


def nps_answers(
    survey: Survey, accounts: Sequence[Account], quarter: date, goal: float, day: date
) -> Iterator[Answer]:
    """The answers of one round, sent in the second month of the quarter."""
    rng = stream("nps", quarter)
    answered: list[tuple[Contact, date]] = []
    for account in accounts:
        share = FAR_RESPONSE if account.region in FAR else RESPONSE
        for contact in account.contacts[:2]:
            on = add_months(quarter, 1) + timedelta(days=rng.randrange(3, 20))
            if rng.random() < share and on < day and account.ledger.span_on(on):
                answered.append((contact, on))
    for (contact, on), score in zip(answered, nps_scores(rng, goal, len(answered)), strict=True):
        yield answer(rng, survey, contact, score, on)


def answer(rng: Random, survey: Survey, contact: Contact, score: int, on: date) -> Answer:
    on_scale = comments().get(score) if survey.kind == Survey.Kind.NPS else None
    return Answer(
        survey=survey,
        client=contact.client,
        contact=contact,
        score=score,
        comment=rng.choice(on_scale) if on_scale and rng.random() < COMMENTED else "",
        answered_at=moment(on, working_hour(rng)),
    )


def csat_answers(survey: Survey, account: Account, day: date) -> Iterator[Answer]:
    """Ratings of how complaints were solved, more of them before Idulfitri."""
    rng = stream("csat", account.number)
    month = add_months(day.replace(day=1), -24)
    while month <= day:
        before_feast = 0 <= (seasons.idulfitri(month.year) - month).days <= 45
        if rng.random() < CSAT_A_MONTH * (1.8 if before_feast else 1):
            on = working_day(month + timedelta(days=rng.randrange(26)))
            if on < day and account.ledger.span_on(on):
                yield answer(rng, survey, rng.choice(account.contacts), weighted(rng, CSAT_SCORES), on)
        month = add_months(month, 1)


def activity(accounts: Sequence[Account], day: date) -> Activity:
    """Everything that was said, promised and answered before `day`."""
    found = Activity()
    for account in accounts:
        found.interactions += talks(account, day)
    rounds = quarters(day)
    for quarter in rounds:
        title = f"NPS triwulan {QUARTERS[quarter.month // 3]} {quarter.year}"
        survey = Survey(kind=Survey.Kind.NPS, title=title, question=NPS_QUESTION)
        found.surveys.append(survey)
        found.answers += nps_answers(survey, accounts, quarter, nps_goal(quarter, rounds, day), day)
    csat = Survey(kind=Survey.Kind.CSAT, title="CSAT setelah keluhan", question=CSAT_QUESTION)
    found.surveys.append(csat)
    for account in accounts:
        found.answers += csat_answers(csat, account, day)
    return found
