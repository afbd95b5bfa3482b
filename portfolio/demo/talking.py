"""What is said: interactions of the last months, with words that fit what the client buys."""

import csv
from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from accounts.models import User
from clients.models import Interaction
from clients.models.interaction import Channel, Outcome
from contracts.effective import add_months
from portfolio.demo import seasons
from portfolio.demo.chance import pick, several, stream, weighted
from portfolio.demo.companies import Account

MONTHS_OF_TALKS = 12  # older ones would cost time and tell nothing
A_MONTH = 2.6  # interactions per client
SAID_ONCE = 6  # talks in which nothing is said twice
LOGGED_LATE = 0.03
CHANNELS = {Channel.WHATSAPP: 46, Channel.CALL: 18, Channel.MEETING: 14, Channel.VISIT: 12, Channel.EMAIL: 10}
AT_A_DISTANCE = {Channel.WHATSAPP: 64, Channel.CALL: 36}  # where somebody cannot be reached
OUTCOMES = {Outcome.GOOD: 58, Outcome.NEUTRAL: 28, Outcome.CONCERN: 8, Outcome.NO_ANSWER: 6}
WITH_STEP = {Outcome.GOOD: 0.18, Outcome.NEUTRAL: 0.22, Outcome.CONCERN: 0.8, Outcome.NO_ANSWER: 0.5}
FIELDS = {  # of work, by families of services
    "konten": ("Media sosial", "Video", "Hubungan media", "KOL"),
    "iklan": ("Iklan digital",),
    "seo": ("SEO",),
    "web": ("Situs web",),
    "ti": ("Managed service", "Helpdesk", "Cloud", "Keamanan"),
    "crm": ("CRM", "WhatsApp Business"),
}
ANY = "umum"


@dataclass(frozen=True)
class Saying:
    """What a talk was about and the step it may lead to, "" for none."""

    outcome: str
    field: str
    summary: str
    step: str


class Words:
    """The sayings of talks.tsv."""

    @cached_property
    def sayings(self) -> list[Saying]:
        with Path(__file__).with_name("talks.tsv").open(encoding="utf-8", newline="") as rows:
            return [
                Saying(row["hasil"], row["bidang"], row["ringkasan"], row["langkah"])
                for row in csv.DictReader(rows, delimiter="\t")
            ]

    @cached_property
    def by_kind(self) -> dict[tuple[str, str], list[Saying]]:
        found: dict[tuple[str, str], list[Saying]] = defaultdict(list)
        for saying in self.sayings:
            found[saying.outcome, saying.field].append(saying)
        return dict(found)

    @cached_property
    def steps(self) -> dict[str, str]:
        return {saying.summary: saying.step for saying in self.sayings}

    def choose(self, rng: Random, outcome: str, fields: Sequence[str], recent: Collection[str]) -> Saying:
        """Something to say about any work, or about that of `fields`; none of the `recent` summaries again."""
        known = [s for field in (ANY, *fields) for s in self.by_kind.get((outcome, field), ())]
        return rng.choice([saying for saying in known if saying.summary not in recent] or known)

    def step_after(self, summary: str) -> str:
        """The step that a talk with this summary leads to, "" for none."""
        return self.steps.get(summary, "")


WORDS = Words()


def moment(day: date, at: time, zone: str = "Asia/Jakarta") -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone))


def working_hour(rng: Random) -> time:
    return time(rng.choice((8, 9, 9, 10, 10, 11, 13, 14, 14, 15, 16)), rng.choice(range(0, 60, 5)))


def working_day(day: date) -> date:
    """The day itself, or the first working day after it."""
    while seasons.is_off(day):
        day += timedelta(days=1)
    return day


def owner_on(account: Account, day: date) -> User | None:
    """The account manager of a day, else the executive, as on the pages."""
    rows = [row for row in account.assignments if row.start <= day and (row.end is None or row.end >= day)]
    by_role = {row.role: row.user for row in rows}
    return by_role.get("AM") or by_role.get("AE")


def fields_of(account: Account) -> list[str]:
    """The fields of work that a client buys or bought."""
    families = {line.family for deal in account.deals for line in deal.lines}
    return [name for name, covered in FIELDS.items() if families.intersection(covered)]


def talks(account: Account, day: date) -> Iterator[Interaction]:
    """Interactions of the last months on working days before `day`, fewer around Idulfitri."""
    rng, fields = stream("talks", account.number), fields_of(account)
    month, recent = add_months(day.replace(day=1), -MONTHS_OF_TALKS), deque[str](maxlen=SAID_ONCE)
    while month <= day:
        for on in sorted(pick(rng, seasons.working_days(month), several(rng, A_MONTH))):
            by = owner_on(account, on)
            known = on < (account.silent_since or day) and account.ledger.span_on(on) is not None
            if by and known and rng.random() < seasons.liveliness(on):
                saying = WORDS.choose(rng, weighted(rng, OUTCOMES), fields, recent)
                recent.append(saying.summary)
                yield talk(rng, account, saying, by, on, day)
        month = add_months(month, 1)


def talk(rng: Random, account: Account, saying: Saying, by: User, on: date, day: date) -> Interaction:
    """One interaction on a day, seldom logged late; the next step only if its day has a sense."""
    at = moment(on, working_hour(rng), account.client.time_zone)
    late = (
        timedelta(days=rng.randint(2, 6))
        if rng.random() < LOGGED_LATE
        else timedelta(minutes=rng.randint(5, 240))
    )
    outcome = Outcome(saying.outcome)
    made = Interaction(
        client=account.client,
        channel=weighted(rng, AT_A_DISTANCE if outcome == Outcome.NO_ANSWER else CHANNELS),
        happened_at=at,
        by=by,
        contact=rng.choice(account.contacts),
        outcome=outcome,
        summary=saying.summary,
        created_at=min(at + late, moment(day, time(0))),
    )
    if saying.step and rng.random() < WITH_STEP[outcome]:
        days = rng.randint(1, 5) if outcome in (Outcome.CONCERN, Outcome.NO_ANSWER) else rng.randint(2, 21)
        made.next_step, made.next_step_due = saying.step, working_day(on + timedelta(days=days))
    return made
