from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.days import range_of, same
from accounts.models import Team, User
from clients.models import Client, ClientScopedQuerySet

BEGINNING = date.min  # the first day of a client's first row: credit covers every day


class Role(models.TextChoices):
    """Two separate views of the same numbers; never added together (kpis.md R7)."""

    AM = "AM", _("Account manager (AM)")
    AE = "AE", _("Account executive (AE)")


class Credit(models.Model):
    """Who gets the credit for a client (kpis.md R7): covers every day without gaps, by nobody if need be.

    `answering_team`: the team, or while nobody holds the client the one of who held it last.
    Written by kpis/credit.py only.
    """

    client = models.ForeignKey(Client, models.CASCADE, related_name="credits")
    role = models.CharField(pgettext_lazy("assignment", "role"), max_length=2, choices=Role)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="credits")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="credits")
    answering_team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField(null=True)

    objects = ClientScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["first_day"]
        constraints = [
            ExclusionConstraint(
                name="credit_no_overlap_per_client_and_role",
                expressions=[*same("client", "role"), (range_of("first_day", "last_day"), "&&")],
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | models.Q(team__isnull=True),
                name="credit_of_nobody_has_no_team",
            ),
            models.CheckConstraint(
                condition=models.Q(user=None)
                | models.Q(team=None, answering_team=None)
                | models.Q(team__isnull=False, answering_team__isnull=False, answering_team=models.F("team")),
                name="credit_of_somebody_is_answered_by_the_own_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.role}: {self.user_id}, {self.first_day} – {self.last_day}"
