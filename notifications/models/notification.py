from typing import Self

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User


class Kind(models.TextChoices):
    """What a message is about; people choose per kind how they want to hear of it."""

    RENEWAL = "renewal", pgettext_lazy("notification kind", "Renewals and notice deadlines")
    ASSIGNMENT = "assignment", pgettext_lazy("notification kind", "Assignments and hand-overs")
    TASK = "task", pgettext_lazy("notification kind", "Tasks")


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> Self:
        """One's own messages only."""
        return self.filter(recipient=user)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """A message inside the product. Its words are rendered from `context` when it is read, in the reader's language."""

    recipient = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("recipient"), related_name="notifications"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    template = models.CharField(_("template"), max_length=60)
    context = models.JSONField(_("context"), default=dict, blank=True)
    key = models.CharField(
        _("key"), max_length=120, unique=True, help_text=_("The same key is never told twice.")
    )
    about_type = models.ForeignKey(ContentType, models.PROTECT, null=True, editable=False)
    about_id = models.BigIntegerField(null=True, editable=False)
    about = GenericForeignKey("about_type", "about_id")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["recipient"], condition=models.Q(read_at__isnull=True), name="notification_unread"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.recipient}"
