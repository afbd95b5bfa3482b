"""What happened: talks, what is planned, and the answers to surveys."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

from clients.models import Answer, Contact, Interaction, Survey, Task
from contracts.effective import add_months
from portfolio.demo import seasons
from portfolio.demo.chance import deck, stream, weighted
from portfolio.demo.companies import Account
from portfolio.demo.plans import plans
from portfolio.demo.talking import moment, talks, working_day, working_hour

COMMENTS = Path(__file__).with_name("comments.tsv")
QUARTERS = ("I", "II", "III", "IV")
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
    found.tasks += plans(accounts, found.interactions, day)
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
