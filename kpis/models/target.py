import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team, User


class TargetKind(models.TextChoices):
    """What is aimed at. Each is the name of a sum, so that kpis/targets.py can read it (kpis.md K9)."""

    ACTIVE_CLIENTS = "active_clients", pgettext_lazy("target", "Active clients")
    NEW_CLIENTS = "new_clients", pgettext_lazy("target", "New clients")


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
                condition=Q(value__gte=0, value__lt=10**18),
                name="target_is_an_amount",
                violation_error_message=_("Enter an amount of 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first_day} – {self.last_day}"
