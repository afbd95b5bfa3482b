import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.days import OVERLAPS, Dated, DatedQuerySet, same
from accounts.models import User
from clients.models.client import Client, ClientScopedQuerySet


class AssignmentQuerySet(ClientScopedQuerySet, DatedQuerySet):  # type: ignore[override] # managers differ per class
    pass


@pghistory.track()
class Assignment(Dated):
    """Who looks after a client in which role, over a range of days. History is kept by ending rows."""

    class Role(models.TextChoices):
        AM = "AM", _("Account manager (AM)")
        AE = "AE", _("Account executive (AE)")
        SUPPORT = "support", pgettext_lazy("assignment role", "Backup")
        SPONSOR = "sponsor", pgettext_lazy("assignment role", "Sponsor")

        @classmethod
        def owning(cls) -> list[str]:
            """Roles whose holder is responsible for the client and gets credit."""
            return [cls.AM, cls.AE]

    client = models.ForeignKey(Client, models.PROTECT, verbose_name=_("client"), related_name="assignments")
    user = models.ForeignKey(
        User, models.PROTECT, verbose_name=User._meta.verbose_name, related_name="assignments"
    )
    role = models.CharField(_("role"), max_length=8, choices=Role)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["-start", "-pk"]
        indexes = [models.Index(fields=["user", "client"], name="assignment_by_user")]
        constraints = [
            *Dated.Meta.constraints,
            ExclusionConstraint(
                name="assignment_one_owner_per_role",
                expressions=[*same("client", "role"), OVERLAPS],
                condition=Q(role__in=["AM", "AE"]),
                violation_error_message=_(
                    "This client already has somebody in this role on some of these days."
                ),
            ),
            ExclusionConstraint(
                name="assignment_person_once_per_role",
                expressions=[*same("client", "role", "user"), OVERLAPS],
                violation_error_message=_("This person already has this role on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.user} ({self.get_role_display()})"
