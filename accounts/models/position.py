from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Tier(models.TextChoices):
    """How much a client matters; a position may be limited to some tiers."""

    STRATEGIC = "strategic", pgettext_lazy("client tier", "Strategic")
    KEY = "key", pgettext_lazy("client tier", "Key")
    REGULAR = "regular", pgettext_lazy("client tier", "Regular")
    STARTER = "starter", pgettext_lazy("client tier", "Starter")


class Track(models.TextChoices):
    """The ladder a position belongs to; decides in which role a creator of a client becomes its owner."""

    AM = "AM", _("Account manager (AM)")
    AE = "AE", _("Account executive (AE)")


class Position(models.Model):
    """A step of a career ladder. Its limits warn; they never decide rights."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    track = models.CharField(_("track"), max_length=2, choices=Track)
    rank = models.PositiveSmallIntegerField(_("rank"), help_text=_("1 is the first step of the ladder."))
    max_clients = models.PositiveSmallIntegerField(_("most clients"), null=True, blank=True)
    max_annual_value = models.DecimalField(
        _("highest annual value"), max_digits=20, decimal_places=2, null=True, blank=True
    )
    tiers = ArrayField(
        models.CharField(max_length=10, choices=Tier),
        verbose_name=_("client tiers"),
        default=list,
        blank=True,
        help_text=_("Empty = every tier."),
    )

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["track", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["track", "rank"],
                name="position_rank_once_per_track",
                violation_error_message=_("This track already has a position of this rank."),
            ),
            models.CheckConstraint(
                condition=models.Q(max_annual_value__isnull=True)
                | models.Q(max_annual_value__gt=0, max_annual_value__lt=10**18),
                name="position_value_limit_is_positive",
                violation_error_message=_("The limit must be a positive amount."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
