from datetime import date, datetime

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Tier, User
from clients.models import ClientScopedQuerySet

MOST_SNOOZES = 3


class _ContractScoped(ClientScopedQuerySet):
    client_lookup = "contract__client"


@pghistory.track()
class AlertLadder(models.Model):
    """How many days before the binding date the owner of a client of this tier is told; without a row: the usual."""

    tier = models.CharField(_("tier"), max_length=10, choices=Tier, unique=True)
    days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("days before the binding date"),
        help_text=_("For example 120, 90, 60, 30, 7, 0."),
    )

    class Meta:
        verbose_name = _("ladder of alerts")
        verbose_name_plural = _("ladders of alerts")
        constraints = [
            models.CheckConstraint(
                condition=Q(days__len__gt=0),
                name="ladder_has_a_stage",
                violation_error_message=_("Enter at least one number of days."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_tier_display()


@pghistory.track()
class RenewalDecision(models.Model):
    """“Let it renew”: somebody looked at a term's end and decided to do nothing. Other decisions are dates."""

    contract = models.ForeignKey(
        "contracts.Contract", models.PROTECT, verbose_name=_("contract"), related_name="decisions"
    )
    term_end = models.DateField(_("end of term"))
    by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("decided by"), related_name="renewal_decisions"
    )
    decided_at = models.DateTimeField(_("decided"), default=timezone.now)

    objects = _ContractScoped.as_manager()

    class Meta:
        verbose_name = _("renewal decision")
        verbose_name_plural = _("renewal decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "term_end"],
                name="decision_once_per_term",
                violation_error_message=_("This term is decided already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.term_end}"


@pghistory.track()
class RenewalAlert(models.Model):
    """A running, undecided term that comes to its end. One per term; its stage only moves forward."""

    EXPIRED = -1  # the stage after the last day; other stages are days before the anchor

    contract = models.ForeignKey(
        "contracts.Contract", models.PROTECT, verbose_name=_("contract"), related_name="alerts"
    )
    term_end = models.DateField(_("end of term"))
    anchor = models.DateField(
        _("binding date"), help_text=_("Notice deadline if there is one, else the last day.")
    )
    stage = models.SmallIntegerField(_("stage"), help_text=_("Days before the binding date; -1 = expired."))
    stage_due_on = models.DateField(_("stage due on"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=_("acknowledged by"),
        null=True,
        blank=True,
        related_name="acknowledged_alerts",
    )
    acknowledge_reason = models.CharField(_("reason"), max_length=300, blank=True)
    snoozed_until = models.DateField(_("snoozed until"), null=True, blank=True)
    snoozes = models.PositiveSmallIntegerField(_("snoozed how often"), default=0)
    snooze_reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = _ContractScoped.as_manager()

    class Meta:
        verbose_name = _("renewal alert")
        verbose_name_plural = _("renewal alerts")
        ordering = ["anchor", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "term_end"],
                name="alert_once_per_term",
                violation_error_message=_("This term has an alert already."),
            ),
            models.CheckConstraint(
                condition=Q(stage__gte=-1, stage__lte=366),
                name="alert_stage_is_days_or_expired",
                violation_error_message=_("A stage is -1 to 366 days."),
            ),
            models.CheckConstraint(
                condition=Q(snoozes__lte=MOST_SNOOZES),
                name="alert_snoozed_three_times_at_most",
                violation_error_message=_("An alert can be snoozed three times."),
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False) & ~Q(acknowledge_reason=""),
                name="alert_acknowledged_by_with_reason",
                violation_error_message=_("Say who acknowledges and why."),
            ),
            models.CheckConstraint(
                condition=Q(snoozed_until__isnull=True) | ~Q(snooze_reason=""),
                name="alert_snooze_has_a_reason",
                violation_error_message=_("Say why this waits."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.term_end}"

    def is_quiet_at(self, stage: int, day: date) -> bool:
        """Whether its owner does not want to hear of `stage` on `day`: acknowledged until it expires, or snoozed."""
        if self.acknowledged_at and stage != self.EXPIRED:
            return True
        return self.stage == stage and self.snoozed_until is not None and day < self.snoozed_until

    def acknowledge(self, *, by: User, reason: str, now: datetime) -> None:
        """Somebody takes care of it: no further stage is told until the term expires."""
        self.acknowledged_at, self.acknowledged_by, self.acknowledge_reason = now, by, reason
        self.save(update_fields=["acknowledged_at", "acknowledged_by", "acknowledge_reason"])

    def snooze(self, *, until: date, reason: str) -> None:
        """Off the today list until `until`; a new stage brings it back. Three times at most."""
        self.snoozed_until, self.snooze_reason = until, reason
        self.snoozes += 1
        self.full_clean()
        self.save(update_fields=["snoozed_until", "snooze_reason", "snoozes"])

    @property
    def has_expired(self) -> bool:
        return self.stage == self.EXPIRED
