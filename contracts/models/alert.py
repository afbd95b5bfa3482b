import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import ClientScopedQuerySet

MOST_SNOOZES = 3


class _ContractScoped(ClientScopedQuerySet):
    client_lookup = "contract__client"


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
