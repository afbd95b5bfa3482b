from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User


class OutboundEmail(models.Model):
    """A mail that is due, being sent or done: the outbox. The web writes rows, a worker sends them."""

    class State(models.TextChoices):
        DUE = "due", pgettext_lazy("mail state", "Due")
        CLAIMED = "claimed", pgettext_lazy("mail state", "Being sent")
        SENT = "sent", pgettext_lazy("mail state", "Sent")
        FAILED = "failed", pgettext_lazy("mail state", "Refused by the mail server")
        DEAD = "dead", pgettext_lazy("mail state", "Given up")

    recipient = models.ForeignKey(User, models.PROTECT, verbose_name=_("recipient"), related_name="emails")
    template = models.CharField(
        _("template"), max_length=60, help_text=_("Folder of subject.txt and body.txt below templates/.")
    )
    context = models.JSONField(_("context"), default=dict, blank=True)
    dedup_key = models.CharField(_("key"), max_length=120, unique=True)
    about_type = models.ForeignKey(ContentType, models.PROTECT, null=True, editable=False)
    about_id = models.BigIntegerField(null=True, editable=False)
    about = GenericForeignKey("about_type", "about_id")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DUE)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=200, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["due", "claimed"]), name="outbox_open")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="outbox_sent_has_a_time",
                violation_error_message=_("A sent mail has a time of sending, any other has none."),
            ),
            models.CheckConstraint(
                condition=Q(state="claimed", lease_until__isnull=False) | ~Q(state="claimed"),
                name="outbox_claim_has_a_lease",
                violation_error_message=_("A claimed mail has a lease."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.recipient}"
