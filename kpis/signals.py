"""Signals: what should make somebody look at a client (domain.md, Signals). One class each, one sentence each.

A signal is a column `signal_<name>` of a client: True = raised, False = not, NULL = unknown, because there is nothing
to judge by. Unknown is never good. All columns of any number of clients come with one statement.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
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
    """What a signal needs to know (`facts`), when it is raised (`state`) and how it is told (`sentence`).

    `facts` become columns of the client; `state` may name them. Days are Jakarta days, `day` is today.
    """

    name: ClassVar[str]
    label: "ClassVar[_StrPromise]"
    is_grave: ClassVar[bool] = False  # alone enough to be at risk

    def facts(self, day: date) -> Columns:
        return {}

    def state(self, day: date) -> Combinable:
        raise NotImplementedError

    def sentence(self, client: Any, day: date) -> str:
        raise NotImplementedError

    @property
    def column(self) -> str:
        return f"signal_{self.name}"


def _raised_if(condition: Any, unknown_if: Any = None) -> Combinable:
    unknown = [When(unknown_if, then=Value(None))] if unknown_if is not None else []
    return Case(
        *unknown,
        When(condition, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(null=True),
    )


def _first_day_of(days: int, day: date) -> date:
    """The first of the `days` days that end with `day`."""
    return day - timedelta(days=days - 1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=JAKARTA)


class DecisionDue(Signal):
    """A binding date within 30 days, today and passed ones included, and nobody decided."""

    name = "deadline"
    label = gettext_lazy("Decision due within 30 days")
    is_grave = True

    def facts(self, day: date) -> Columns:
        terms = ContractTerm.objects.running_on(day).undecided().with_binding()
        first = terms.filter(client=OuterRef("pk")).order_by("binding").values("binding")[:1]
        return {"binding_date": Subquery(first)}

    def state(self, day: date) -> Combinable:
        return _raised_if(Q(binding_date__lte=day + timedelta(days=DECISION_DAYS)))

    def sentence(self, client: Any, day: date) -> str:
        when = {
            "day": formats.day(client.binding_date),
            "distance": formats.distance(client.binding_date, day),
        }
        if client.binding_date < day:
            return _("The binding date %(day)s passed without a decision.") % when
        return _("Decide on the renewal by %(day)s (%(distance)s).") % when


class Expired(Signal):
    """A contract is over, nobody decided, and its value is kept only through the grace (kpis.md R5.5)."""

    name = "expired"
    label = gettext_lazy("Expired without a decision")
    is_grave = True

    def facts(self, day: date) -> Columns:
        terms = (
            ContractTerm.objects.lapsed(day).undecided().filter(client=OuterRef("pk")).order_by("last_day")
        )
        return {
            "expired_on": Subquery(terms.values("last_day")[:1]),
            "lost_after": Subquery(terms.values("last_day_of_grace")[:1]),
        }

    def state(self, day: date) -> Combinable:
        return _raised_if(Q(expired_on__isnull=False))

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
        last = Subquery(talks.values("happened_at")[:1])
        return {"last_talk_at": last, "quiet_since": Coalesce(last, F("created_at"))}

    def state(self, day: date) -> Combinable:
        late = Q()
        for tier, days in CADENCE_DAYS.items():
            late |= Q(tier=tier, quiet_since__lt=_midnight(day - timedelta(days=days)))
        return _raised_if(late, unknown_if=~late & Q(last_talk_at__isnull=True))

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

    def state(self, day: date) -> Combinable:
        return _raised_if(
            Q(last_nps__lte=WORST_NPS) | Q(last_csat__lte=WORST_CSAT),
            unknown_if=Q(last_nps__isnull=True, last_csat__isnull=True),
        )

    def sentence(self, client: Any, day: date) -> str:
        if client.last_nps is not None and client.last_nps <= WORST_NPS:
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
            "value_now": Coalesce(_contracted_value(day, day), Value(Decimal(0)), output_field=money()),
            "value_then": _contracted_value(day - timedelta(days=VALUE_DAYS), day),
        }

    def state(self, day: date) -> Combinable:
        return _raised_if(Q(value_now__lt=F("value_then")), unknown_if=Q(value_then__isnull=True))

    def sentence(self, client: Any, day: date) -> str:
        return _("The annual value fell by %(fall)s in 90 days, to %(now)s.") % {
            "fall": formats.compact_money(client.value_then - client.value_now),
            "now": formats.compact_money(client.value_now),
        }


class Paused(Signal):
    """A part of the client's value is paused today."""

    name = "paused"
    label = gettext_lazy("Paused")

    def state(self, day: date) -> Combinable:
        paused = ValueSegment.objects.on(day).filter(client=OuterRef("pk"), paused=True)
        return _raised_if(Exists(paused))

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

    def state(self, day: date) -> Combinable:
        return _raised_if(Q(key_contact_gone__isnull=False), unknown_if=Q(has_key_contact=False))

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
        return {"undated_step": Coalesce(Subquery(undated.values("undated")[:1]), Value(""))}

    def state(self, day: date) -> Combinable:
        tasks = Task.objects.open().filter(client=OuterRef("pk"))
        return _raised_if(Q(~Exists(tasks), undated_step=""))

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

    def state(self, day: date) -> Combinable:
        return _raised_if(Q(has_owner=False) | Q(has_contact=False) | Q(has_end=False))

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


def with_signals(clients: "QuerySet[Client]", day: date) -> "QuerySet[Any]":
    """Adds the columns of every signal on `day`, `signals_raised` (how many) and `is_at_risk`."""
    for signal in SIGNALS:
        clients = clients.annotate(**signal.facts(day)).annotate(**{signal.column: signal.state(day)})
    raised: Any = sum((_as_number(signal.column) for signal in SIGNALS), Value(0, IntegerField()))
    return clients.annotate(signals_raised=raised).annotate(is_at_risk=_raised_if(_at_risk()))


def _as_number(column: str) -> Combinable:
    return Case(When(**{column: True}, then=Value(1)), default=Value(0), output_field=IntegerField())


def _at_risk() -> Q:
    """Two signals or more, or a grave one (domain.md)."""
    rule = Q(signals_raised__gt=MOST_AT_EASE)
    for signal in SIGNALS:
        if signal.is_grave:
            rule |= Q(**{signal.column: True})
    return rule


def sentences(client: Any, day: date) -> list[str]:
    """The raised signals of a client of `with_signals`, graver ones first, each as a sentence."""
    return [signal.sentence(client, day) for signal in SIGNALS if getattr(client, signal.column)]


def unknown(client: Any) -> "list[_StrPromise]":
    """Labels of the signals of a client of `with_signals` that cannot be judged yet."""
    return [signal.label for signal in SIGNALS if getattr(client, signal.column) is None]
