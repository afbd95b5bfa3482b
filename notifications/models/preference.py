from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from notifications.models.notification import Kind


class Channel(models.TextChoices):
    AT_ONCE = "at_once", pgettext_lazy("mail preference", "At once")
    DIGEST = "digest", pgettext_lazy("mail preference", "Once a day")
    NEVER = "never", pgettext_lazy("mail preference", "Never")


class Preference(models.Model):
    """How one person wants to hear of one kind of message. Without a row: in the product and by mail at once."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("person"), related_name="preferences")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    in_app = models.BooleanField(_("in the product"), default=True)
    email = models.CharField(_("by mail"), max_length=8, choices=Channel, default=Channel.AT_ONCE)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                name="preference_once_per_kind",
                violation_error_message=_("There is a preference for this kind already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_kind_display()}"


def monday_to_friday() -> list[int]:
    return [1, 2, 3, 4, 5]


class DeliveryHours(models.Model):
    """When mails may reach a person, in her own zone; outside these hours they wait."""

    user = models.OneToOneField(User, models.CASCADE, verbose_name=_("person"), related_name="delivery_hours")
    quiet_from = models.TimeField(_("quiet from"), default="18:00")
    quiet_until = models.TimeField(_("quiet until"), default="07:30")
    workdays = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("working days"),
        default=monday_to_friday,
        help_text=_("1 = Monday … 7 = Sunday"),
    )

    class Meta:
        verbose_name = _("delivery hours")
        verbose_name_plural = _("delivery hours")

    def __str__(self) -> str:
        return str(self.user)
