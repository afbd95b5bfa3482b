"""Signals: what should make somebody look at a client (domain.md, Signals). One class each, one sentence each.

A signal is raised, not raised, or unknown because there is nothing to judge by; unknown is never good. What signals
judge by comes as columns of the clients, with one statement for any number of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts import formats
from accounts.days import JAKARTA, jakarta_day
from accounts.models import Tier
from clients.models import Answer, Assignment, Client, Contact, Interaction, Survey, Task
from clients.models.contact import DecisionRole
from contracts.converting import in_reporting_currency, money
from contracts.models import ClientStanding, ContractTerm, ValueSegment

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CADENCE_DAYS = {Tier.STRATEGIC: 14, Tier.KEY: 21, Tier.REGULAR: 30, Tier.STARTER: 45}
DECISION_DAYS = 30
ANSWER_DAYS = 180
VALUE_DAYS = 90
WORST_NPS, WORST_CSAT = 6, 2  # and below
MOST_AT_EASE = 1  # raised signals; with more of them a client is at risk

WATCHED = [ClientStanding.Status.ACTIVE, ClientStanding.Status.ONBOARDING]
KEY_ROLES = [DecisionRole.DECIDER, DecisionRole.CHAMPION]

Columns = dict[str, Combinable]


class Signal:
    """The columns that a signal needs (`facts`), when it is raised (`state`) and how it is told (`sentence`).

    Days are Jakarta days; `day` is today.
    """

    name: ClassVar[str]
    label: "ClassVar[_StrPromise]"
    is_grave: ClassVar[bool] = False  # alone enough to be at risk

    def facts(self, day: date) -> Columns:
        raise NotImplementedError

    def state(self, client: Any, day: date) -> bool | None:
        """True = raised, False = not, None = unknown. `client` has the facts."""
        raise NotImplementedError

    def sentence(self, client: Any, day: date) -> str:
        """Of a raised signal."""
        raise NotImplementedError


def _first_day_of(days: int, day: date) -> date:
    """The first of the `days` days that end with `day`."""
    return day - timedelta(days=days - 1)


def _is_at_most(score: int | None, worst: int) -> bool:
    return score is not None and score <= worst


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=JAKARTA)


class DecisionDue(Signal):
    """A binding date within 30 days, today and passed ones included, and nobody decided."""

    name = "deadline"
    label = gettext_lazy("Decision due within 30 days")
    is_grave = True

    def facts(self, day: date) -> Columns:
        terms = ContractTerm.objects.undecided(day).filter(last_day__gte=day).with_binding()
        first = terms.filter(client=OuterRef("pk")).order_by("binding").values("binding")[:1]
        return {"binding_date": Subquery(first)}

    def state(self, client: Any, day: date) -> bool | None:
        return bool(client.binding_date and client.binding_date <= day + timedelta(days=DECISION_DAYS))

    def sentence(self, client: Any, day: date) -> str:
        when = {"day": formats.day(client.binding_date) + formats.near(client.binding_date, day)}
        if client.binding_date < day:
            return _("The binding date %(day)s passed without a decision.") % when
        return _("Decide on the renewal by %(day)s.") % when


class Expired(Signal):
    """A contract is over and nobody decided; its value is kept only through the grace (kpis.md R5.5)."""

    name = "expired"
    label = gettext_lazy("Expired without a decision")
    is_grave = True

    def facts(self, day: date) -> Columns:
        terms = ContractTerm.objects.undecided(day).filter(client=OuterRef("pk"), last_day__lt=day)
        return {
            "expired_on": Subquery(terms.values("last_day")[:1]),
            "lost_after": Subquery(terms.values("last_day_of_grace")[:1]),
        }

    def state(self, client: Any, day: date) -> bool | None:
        return client.expired_on is not None

    def sentence(self, client: Any, day: date) -> str:
        return _(
            "A contract ended on %(end)s without a decision; its value counts as lost after %(grace)s."
        ) % {
            "end": formats.day(client.expired_on),
            "grace": formats.day(client.lost_after),
        }


class Quiet(Signal):
    """Nobody talked to the client for longer than its tier allows.

    Without any recorded contact the days count from the client's own entry; as long as they are few it is unknown.
    """

    name = "quiet"
    label = gettext_lazy("No contact for too long")

    def facts(self, day: date) -> Columns:
        talks = Interaction.objects.filter(client=OuterRef("pk")).order_by("-happened_at")
        return {"last_talk_at": Subquery(talks.values("happened_at")[:1])}

    def state(self, client: Any, day: date) -> bool | None:
        since = jakarta_day(client.last_talk_at or client.created_at)
        if (day - since).days > CADENCE_DAYS[client.tier]:
            return True
        return False if client.last_talk_at else None

    def sentence(self, client: Any, day: date) -> str:
        allowed = CADENCE_DAYS[client.tier]
        if client.last_talk_at is None:
            return _("No contact is logged; every %(allowed)d days are agreed.") % {"allowed": allowed}
        days = (day - jakarta_day(client.last_talk_at)).days
        return ngettext(
            "No contact for %(days)d day; every %(allowed)d days are agreed.",
            "No contact for %(days)d days; every %(allowed)d days are agreed.",
            days,
        ) % {"days": days, "allowed": allowed}


class BadAnswer(Signal):
    """The client's latest NPS answer is 6 or less, or its latest CSAT answer 2 or less, within 180 days."""

    name = "answer"
    label = gettext_lazy("Bad answer to a survey")

    def facts(self, day: date) -> Columns:
        since = _midnight(_first_day_of(ANSWER_DAYS, day))
        answers = Answer.objects.filter(client=OuterRef("pk"), answered_at__gte=since).order_by(
            "-answered_at", "-pk"
        )
        return {
            f"last_{kind}": Subquery(
                answers.filter(survey__kind=kind).order_by("-answered_at", "-pk").values("score")[:1]
            )
            for kind in Survey.Kind.values
        }

    def state(self, client: Any, day: date) -> bool | None:
        if client.last_nps is None and client.last_csat is None:
            return None
        return _is_at_most(client.last_nps, WORST_NPS) or _is_at_most(client.last_csat, WORST_CSAT)

    def sentence(self, client: Any, day: date) -> str:
        if _is_at_most(client.last_nps, WORST_NPS):
            return _("The last NPS answer was %(score)d of 10.") % {"score": client.last_nps}
        return _("The last CSAT answer was %(score)d of 5.") % {"score": client.last_csat}


class ValueFell(Signal):
    """Contracted value (pauses ignored, all at today's rate) is less than 90 days ago.

    Unknown for a client that had no value then. Lines without a rate are left out on both sides.
    """

    name = "value"
    label = gettext_lazy("Value fell")

    def facts(self, day: date) -> Columns:
        return {
            "value_now": _contracted_value(day, day),
            "value_then": _contracted_value(day - timedelta(days=VALUE_DAYS), day),
        }

    def state(self, client: Any, day: date) -> bool | None:
        return None if client.value_then is None else (client.value_now or Decimal(0)) < client.value_then

    def sentence(self, client: Any, day: date) -> str:
        now = client.value_now or Decimal(0)
        return _("The annual value fell by %(fall)s in 90 days, to %(now)s.") % {
            "fall": formats.compact_money(client.value_then - now),
            "now": formats.compact_money(now),
        }


class Paused(Signal):
    """A part of the client's value is paused today."""

    name = "paused"
    label = gettext_lazy("Paused")

    def facts(self, day: date) -> Columns:
        segments = ValueSegment.objects.on(day).filter(client=OuterRef("pk"), paused=True)
        return {"is_paused": Exists(segments)}

    def state(self, client: Any, day: date) -> bool | None:
        return bool(client.is_paused)

    def sentence(self, client: Any, day: date) -> str:
        return _("A part of the contract is paused.")


class KeyContactGone(Signal):
    """The decision maker or the champion is inactive and nobody active has that role. Unknown without either role."""

    name = "contact"
    label = gettext_lazy("Key contact inactive")

    def facts(self, day: date) -> Columns:
        roles = Contact.objects.filter(client=OuterRef("pk"), decision_role__in=KEY_ROLES)
        heir = Contact.objects.filter(
            client=OuterRef("client"), decision_role=OuterRef("decision_role"), is_active=True
        )
        gone = roles.filter(~Exists(heir), is_active=False).order_by("-pk")
        return {"key_contact_gone": Subquery(gone.values("full_name")[:1]), "has_key_contact": Exists(roles)}

    def state(self, client: Any, day: date) -> bool | None:
        return client.key_contact_gone is not None if client.has_key_contact else None

    def sentence(self, client: Any, day: date) -> str:
        return _("%(name)s, who decides or supports us there, is no longer active.") % {
            "name": client.key_contact_gone
        }


class NoNextStep(Signal):
    """No open task, and the last activity names no step either (one with a day is a task)."""

    name = "step"
    label = gettext_lazy("No next step")

    def facts(self, day: date) -> Columns:
        talks = Interaction.objects.filter(client=OuterRef("pk")).order_by("-happened_at", "-pk")
        undated = talks.annotate(
            undated=Case(When(next_step_due__isnull=True, then=F("next_step")), default=Value(""))
        )
        tasks = Task.objects.open().filter(client=OuterRef("pk"))
        return {"undated_step": Subquery(undated.values("undated")[:1]), "has_task": Exists(tasks)}

    def state(self, client: Any, day: date) -> bool | None:
        return not client.has_task and not client.undated_step

    def sentence(self, client: Any, day: date) -> str:
        return _("No next step is planned.")


class DataMissing(Signal):
    """No owner today, no active contact, or no contract that says when it ends."""

    name = "data"
    label = gettext_lazy("Data missing")

    def facts(self, day: date) -> Columns:
        owners = Assignment.objects.on(day).filter(client=OuterRef("pk"), role__in=Assignment.Role.owning())
        contacts = Contact.objects.filter(client=OuterRef("pk"), is_active=True)
        terms = ContractTerm.objects.filter(client=OuterRef("pk"), last_day_of_grace__gte=day)
        return {"has_owner": Exists(owners), "has_contact": Exists(contacts), "has_end": Exists(terms)}

    def state(self, client: Any, day: date) -> bool | None:
        return not (client.has_owner and client.has_contact and client.has_end)

    def sentence(self, client: Any, day: date) -> str:
        missing = [
            (client.has_owner, pgettext("missing", "an account manager")),
            (client.has_contact, pgettext("missing", "an active contact")),
            (client.has_end, pgettext("missing", "an end date of the contract")),
        ]
        return _("Missing: %(what)s.") % {"what": ", ".join(word for known, word in missing if not known)}


SIGNALS: Sequence[Signal] = (
    DecisionDue(),
    Expired(),
    Quiet(),
    BadAnswer(),
    ValueFell(),
    Paused(),
    KeyContactGone(),
    NoNextStep(),
    DataMissing(),
)


def _contracted_value(value_day: date, rate_day: date) -> Combinable:
    """Annual value of a client on a day in the reporting currency at the rate of another; NULL without value."""
    segments = ValueSegment.objects.on(value_day).filter(client=OuterRef("pk")).order_by()
    worth = segments.annotate(worth=in_reporting_currency("annual_value", rate_day)).values("client")
    return Subquery(worth.annotate(total=Sum("worth")).values("total"), output_field=money())


def watched(clients: "QuerySet[Client]") -> "QuerySet[Client]":
    """Clients that can be lost: with value today or signed to start. Signals say nothing about others."""
    return clients.filter(standing__status__in=WATCHED)


@dataclass(frozen=True)
class Assessment:
    """What the signals say about a client on a day."""

    client: Client
    raised: list[Signal]
    unknown: list[Signal]
    day: date

    @property
    def is_at_risk(self) -> bool:
        """Two signals or more, or a grave one (domain.md)."""
        return len(self.raised) > MOST_AT_EASE or any(signal.is_grave for signal in self.raised)

    @property
    def sentences(self) -> list[str]:
        """The raised signals, graver ones first."""
        return [signal.sentence(self.client, self.day) for signal in self.raised]


def assess(clients: "QuerySet[Client]", day: date) -> list[Assessment]:
    """What the signals say about each of the clients, in their order. One statement."""
    return [_assessment(client, day) for client in clients.annotate(**_facts(day))]


@lru_cache(maxsize=2)  # building these twenty columns takes longer than asking the database for them
def _facts(day: date) -> Columns:
    """Of all signals. Columns never change: a query takes copies."""
    return {name: column for signal in SIGNALS for name, column in signal.facts(day).items()}


def _assessment(client: Client, day: date) -> Assessment:
    states = [(signal, signal.state(client, day)) for signal in SIGNALS]
    return Assessment(
        client,
        raised=[signal for signal, state in states if state],
        unknown=[signal for signal, state in states if state is None],
        day=day,
    )
