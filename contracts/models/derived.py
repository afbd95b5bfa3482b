"""What follows from contracts and days. Written by contracts/projection.py only; nobody types here."""

from datetime import date, timedelta
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.days import range_of, same
from clients.models import Client, ClientScopedQuerySet
from contracts.models.money import money_field

EXPIRED_FOR = timedelta(days=30)  # an expired term is pointed at so long, at least as long as it has grace
OVERLAPS = (range_of("first_day", "last_day"), "&&")


class SegmentQuerySet(ClientScopedQuerySet):
    def on(self, day: date) -> Self:
        """Segments in effect on `day`, first and last day included."""
        return self.filter(Q(last_day__isnull=True) | Q(last_day__gte=day), first_day__lte=day)


class ValueSegment(models.Model):
    """Days on which one line is worth one amount a year, in its own currency; 0 on paused days."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="segments")
    contract = models.ForeignKey("contracts.Contract", models.CASCADE, related_name="segments")
    line = models.ForeignKey("contracts.ContractLine", models.CASCADE, related_name="segments")
    family = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    annual_value = money_field(_("annual value"), help_text=_("Contracted value, also on paused days."))
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    paused = models.BooleanField(default=False)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["first_day", "pk"]
        indexes = [models.Index(fields=["client", "first_day"], name="segment_by_client")]
        constraints = [
            ExclusionConstraint(name="segment_no_overlap_per_line", expressions=[*same("line"), OVERLAPS]),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.first_day} – {self.last_day}"


class ActiveSpan(models.Model):
    """Days on which a client is active (kpis.md 2); a pause counts for its first 90 days."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="spans")
    first_day = models.DateField()
    last_day = models.DateField(null=True)

    objects = ClientScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["first_day"]
        constraints = [
            ExclusionConstraint(name="span_no_overlap_per_client", expressions=[*same("client"), OVERLAPS]),
        ]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.first_day} – {self.last_day}"


def _let_renew() -> "models.QuerySet[Any]":
    from contracts.models.alert import RenewalDecision

    return RenewalDecision.objects.filter(contract=OuterRef("contract"), term_end=OuterRef("last_day"))


class TermState(models.TextChoices):
    """What is known about how a term ends; never stored."""

    UNDECIDED = "undecided", pgettext_lazy("term", "Undecided")
    EXPIRED = "expired", pgettext_lazy("term", "Expired without a decision")
    RENEWED = "renewed", pgettext_lazy("term", "Renewed")
    LET_RENEW = "let_renew", pgettext_lazy("term", "Let renew")
    ENDS = "ends", pgettext_lazy("term", "Ends")


class TermQuerySet(ClientScopedQuerySet):
    """Terms have a *binding date*: the last day for a notice if one is agreed, else their last day (domain.md)."""

    def with_binding(self) -> Self:
        """Adds `binding`, the day by which somebody has to decide."""
        return self.annotate(binding=Coalesce("notice_deadline", "last_day"))

    def running_on(self, day: date) -> Self:
        """Of each contract the term that runs on `day`; not if it is terminated or replaced by then."""
        stays = Q(terminated_on__isnull=True) | Q(terminated_on__gte=day)
        not_replaced = Q(successor_start__isnull=True) | Q(successor_start__gt=day)
        return self.filter(stays, not_replaced, first_day__lte=day, last_day__gte=day)

    def with_state(self, day: date) -> Self:
        """Adds `state`: what is known on `day` about how the term ends (TermState)."""
        return self.annotate(
            state=Case(
                When(successor__isnull=False, then=Value(TermState.RENEWED)),
                When(Q(notice_on__isnull=False) | Q(terminated_on__isnull=False), then=Value(TermState.ENDS)),
                When(Exists(_let_renew()), then=Value(TermState.LET_RENEW)),
                When(last_day__lt=day, then=Value(TermState.EXPIRED)),
                default=Value(TermState.UNDECIDED),
            )
        )

    def undecided(self, day: date) -> Self:
        """Of each contract the first term that is not over on `day`, if nobody has decided about it.

        Decided = a signed successor, a notice, a termination, or a recorded “let it renew”. A term that does not
        roll over stays undecided for its days of grace, at least for EXPIRED_FOR.
        """
        is_open = Q(last_day__gte=day) | Q(
            Q(last_day_of_grace__gte=day) | Q(last_day__gte=day - EXPIRED_FOR), rolls_over=False
        )
        earlier = ContractTerm.objects.filter(
            is_open, contract=OuterRef("contract"), number__lt=OuterRef("number")
        )
        return self.filter(
            is_open,
            ~Exists(earlier),
            ~Exists(_let_renew()),
            successor=None,
            notice_on=None,
            terminated_on=None,
            first_day__lte=day,
            value_due__gt=0,
        )


class ContractTerm(models.Model):
    """One term of a contract: the signed one or a following one by automatic renewal, up to 24 months ahead."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="terms")
    contract = models.ForeignKey("contracts.Contract", models.CASCADE, related_name="terms")
    number = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    notice_deadline = models.DateField(null=True)
    rolls_over = models.BooleanField()
    successor = models.ForeignKey("contracts.Contract", models.CASCADE, null=True, related_name="+")
    successor_start = models.DateField(null=True)
    notice_on = models.DateField(null=True)
    terminated_on = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    value_due = money_field(_("value due"))
    value_renewed = money_field(_("value renewed"))
    last_day_of_grace = models.DateField()

    objects = TermQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["last_day", "pk"]
        indexes = [models.Index(fields=["last_day"], name="term_by_last_day")]
        constraints = [models.UniqueConstraint(fields=["contract", "number"], name="term_once_per_number")]

    def __str__(self) -> str:
        return f"{self.contract_id} #{self.number}"


class ClientStanding(models.Model):
    """One row per client for lists: where the client stands today, true until `next_change_on`."""

    class Status(models.TextChoices):
        PROSPECT = "prospect", pgettext_lazy("client status", "Prospect")
        ONBOARDING = "onboarding", pgettext_lazy("client status", "Starting")
        ACTIVE = "active", pgettext_lazy("client status", "Active")
        LOST = "lost", pgettext_lazy("client status", "Lost")

    client = models.OneToOneField(Client, models.CASCADE, primary_key=True, related_name="standing")
    status = models.CharField(_("status"), max_length=10, choices=Status)
    since = models.DateField(_("since"), null=True)
    first_active_on = models.DateField(_("client since"), null=True)
    annual_value = money_field(
        _("annual value"), null=True, help_text=_("In the reporting currency; empty without a rate.")
    )
    values = models.JSONField(_("annual value by currency"), default=dict)
    is_paused = models.BooleanField(_("paused"), default=False)
    next_term_end = models.DateField(_("next end of term"), null=True)
    next_deadline = models.DateField(_("next binding date"), null=True)
    as_of = models.DateField(_("as of"))
    next_change_on = models.DateField(null=True, db_index=True)
    computed_at = models.DateTimeField(auto_now=True)

    objects = ClientScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("client standing")
        verbose_name_plural = _("client standings")
        indexes = [
            models.Index("annual_value", "client", name="standing_by_value"),
            models.Index(fields=["next_deadline", "client"], name="standing_by_deadline"),
            models.Index(fields=["status"], condition=~Q(status="active"), name="standing_not_active"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.status}"
