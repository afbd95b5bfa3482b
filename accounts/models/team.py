from datetime import date
from typing import Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.days import OVERLAPS, Dated, DatedQuerySet, same
from accounts.models.user import User


class TeamQuerySet(models.QuerySet["Team"]):
    def below(self, tops: "models.QuerySet[Team]") -> Self:
        """The given teams and every team under them."""
        top_sql, params = tops.order_by().values("pk").query.sql_with_params()
        tree = (
            f"WITH RECURSIVE tree AS (SELECT id FROM accounts_team WHERE id IN ({top_sql})"  # noqa: S608 - compiled by the ORM, values are parameters
            " UNION SELECT t.id FROM accounts_team t JOIN tree ON t.parent_id = tree.id) SELECT id FROM tree"
        )
        return self.filter(pk__in=RawSQL(tree, params))  # noqa: S611 - see above

    def led_by(self, user: User, day: date) -> Self:
        """Teams that `user` leads or directs on `day`, without those under them."""
        posts = TeamMembership.objects.on(day).filter(user=user, role__in=TeamMembership.Role.leading())
        return self.filter(pk__in=posts.values("team"))


@pghistory.track()
class Team(models.Model):
    """A node of the company's tree of teams."""

    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("part of"), null=True, blank=True, related_name="children"
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="team_name_once",
                violation_error_message=_("There is a team of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                name="team_not_its_own_parent",
                violation_error_message=_("A team cannot be part of itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def includes(self, team: "Team") -> bool:
        """Whether `team` is this team or somewhere under it."""
        return Team.objects.below(Team.objects.filter(pk=self.pk)).filter(pk=team.pk).exists()

    def circle_error(self, parent: "Team") -> str:
        return _("%(team)s is already part of this team.") % {"team": parent}

    @transaction.atomic
    def move_below(self, parent: "Team | None") -> None:
        """Hang this team under `parent` (None = top). The one place that changes the tree.

        The table is locked, because two moves at once could close a circle that neither sees.
        Raises ValidationError for a circle.
        """
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE accounts_team IN SHARE ROW EXCLUSIVE MODE")
        if parent and self.includes(parent):
            raise ValidationError({"parent": self.circle_error(parent)})
        self.parent = parent
        self.save(update_fields=["parent"])


@pghistory.track()
class TeamMembership(Dated):
    """A person's place in a team over a range of days.

    As member or lead it is her KPI team, one at a time; as director it gives rights over the subtree, never credit.
    """

    class Role(models.TextChoices):
        MEMBER = "member", pgettext_lazy("team role", "Member")
        LEAD = "lead", pgettext_lazy("team role", "Team lead")
        DIRECTOR = "director", pgettext_lazy("team role", "Director")

        @classmethod
        def leading(cls) -> list[str]:
            """Roles that give rights over the team and everything under it."""
            return [cls.LEAD, cls.DIRECTOR]

        @classmethod
        def credited(cls) -> list[str]:
            """Roles that make the team a person's KPI team (kpis.md R7)."""
            return [cls.MEMBER, cls.LEAD]

    user = models.ForeignKey(
        User, models.PROTECT, verbose_name=User._meta.verbose_name, related_name="memberships"
    )
    team = models.ForeignKey(Team, models.PROTECT, verbose_name=_("team"), related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.MEMBER)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("team membership")
        verbose_name_plural = _("team memberships")
        ordering = ["-start", "-pk"]
        constraints = [
            *Dated.Meta.constraints,
            ExclusionConstraint(
                name="membership_one_team_at_a_time",
                expressions=[*same("user"), OVERLAPS],
                condition=Q(role__in=["member", "lead"]),
                violation_error_message=_("This person is already in a team on some of these days."),
            ),
            ExclusionConstraint(
                name="membership_one_lead_at_a_time",
                expressions=[*same("team"), OVERLAPS],
                condition=Q(role="lead"),
                violation_error_message=_("This team already has a lead on some of these days."),
            ),
            ExclusionConstraint(
                name="membership_director_once_per_team",
                expressions=[*same("user", "team"), OVERLAPS],
                condition=Q(role="director"),
                violation_error_message=_("This person already directs this team on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.team}"
