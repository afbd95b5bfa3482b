import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Floor
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team, User


class TargetKind(models.TextChoices):
    """What is aimed at (kpis.md K9); kpis/targets.py reads what was reached.

    Clients are whole numbers. Upsell is annual value in the reporting currency, as in `Sums`. Rates are percentages
    (90.00 = 90 %), NPS is points.
    """

    ACTIVE_CLIENTS = "active_clients", pgettext_lazy("target", "Active clients")
    NEW_CLIENTS = "new_clients", pgettext_lazy("target", "New clients")
    UPSELL = "upsell", pgettext_lazy("target", "Upsell and cross-sell")
    LOGO_RETENTION = "logo_retention", pgettext_lazy("target", "Client retention")
    GRR = "grr", pgettext_lazy("target", "Gross revenue retention (GRR)")
    NRR = "nrr", pgettext_lazy("target", "Net revenue retention (NRR)")
    NPS = "nps", pgettext_lazy("target", "NPS")
    CSAT = "csat", pgettext_lazy("target", "CSAT")

    @classmethod
    def counts(cls) -> "tuple[TargetKind, ...]":
        return (cls.ACTIVE_CLIENTS, cls.NEW_CLIENTS)

    @classmethod
    def additive(cls) -> "tuple[TargetKind, ...]":
        """Kinds whose targets add up over people and teams; the others are handed down instead."""
        return (*cls.counts(), cls.UPSELL)

    @classmethod
    def shares(cls) -> "tuple[TargetKind, ...]":
        """Parts of a whole, never above 100 %. NRR may grow beyond it."""
        return (cls.LOGO_RETENTION, cls.GRR, cls.CSAT)

    @property
    def is_additive(self) -> bool:
        return self in self.additive()

    @property
    def is_money(self) -> bool:
        return self == self.UPSELL

    @property
    def limits(self) -> tuple[int, int]:
        """The least and the most that makes sense, both allowed; the constraints of `Target` hold the same."""
        if self in self.counts():
            return 0, MOST_CLIENTS
        if self.is_money:
            return 0, 10**18 - 1
        if self == self.NPS:
            return -100, 100
        return 0, MOST_NRR if self == self.NRR else 100


MOST_CLIENTS, MOST_NRR = 10**6, 1000


@pghistory.track()
class Target(models.Model):
    """What a person, a team or the company (neither) should reach in exactly this window (kpis.md K9)."""

    kind = models.CharField(_("kind"), max_length=20, choices=TargetKind)
    user = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=User._meta.verbose_name,
        null=True,
        blank=True,
        related_name="targets",
    )
    team = models.ForeignKey(
        Team, models.PROTECT, verbose_name=_("team"), null=True, blank=True, related_name="targets"
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    value = models.DecimalField(_("target"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["-first_day", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "user", "team", "first_day", "last_day"],
                nulls_distinct=False,
                name="target_once",
                violation_error_message=_("There is a target for this already."),
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True) | Q(team__isnull=True),
                name="target_of_a_person_or_a_team",
                violation_error_message=_("A target is for a person or for a team."),
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="target_end_not_before_start",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TargetKind.values),
                name="target_of_a_known_kind",
                violation_error_message=_("There is no such target."),
            ),
            # An upper limit also refuses NaN, which PostgreSQL takes for the greatest number.
            models.CheckConstraint(
                condition=~Q(kind__in=TargetKind.counts())
                | Q(value__gte=0, value__lte=MOST_CLIENTS, value=Floor("value")),
                name="target_of_clients_is_a_whole_number",
                violation_error_message=_("A number of clients is a whole number of 0 or more."),
            ),
            models.CheckConstraint(
                condition=~Q(kind=TargetKind.UPSELL) | Q(value__gte=0, value__lt=10**18),
                name="target_of_value_is_an_amount",
                violation_error_message=_("Enter an amount of 0 or more."),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=TargetKind.shares()) | Q(value__gte=0, value__lte=100),
                name="target_of_a_share_is_0_to_100",
                violation_error_message=_("Enter a percentage between 0 and 100."),
            ),
            models.CheckConstraint(
                condition=~Q(kind=TargetKind.NRR) | Q(value__gte=0, value__lte=MOST_NRR),
                name="target_of_nrr_is_0_to_1000",
                violation_error_message=_("Enter a percentage between 0 and 1,000."),
            ),
            models.CheckConstraint(
                condition=~Q(kind=TargetKind.NPS) | Q(value__gte=-100, value__lte=100),
                name="target_of_nps_is_minus_100_to_100",
                violation_error_message=_("NPS lies between -100 and 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first_day} – {self.last_day}"
