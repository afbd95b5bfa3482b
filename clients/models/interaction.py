from datetime import datetime, timedelta
from typing import Self

import pghistory
from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from clients.models.client import Client, ClientScopedQuerySet
from clients.models.contact import Contact

EDITABLE_FOR = timedelta(hours=24)


class Channel(models.TextChoices):
    WHATSAPP = "whatsapp", "WhatsApp"
    CALL = "call", pgettext_lazy("channel", "Phone call")
    MEETING = "meeting", pgettext_lazy("channel", "Meeting")
    VISIT = "visit", pgettext_lazy("channel", "Visit")
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    VIDEO = "video", pgettext_lazy("channel", "Video call")


class Outcome(models.TextChoices):
    GOOD = "good", pgettext_lazy("outcome", "Went well")
    NEUTRAL = "neutral", pgettext_lazy("outcome", "Just informed")
    CONCERN = "concern", pgettext_lazy("outcome", "Concern raised")
    NO_ANSWER = "no_answer", pgettext_lazy("outcome", "Not reached")


class InteractionQuerySet(ClientScopedQuerySet):
    def for_timeline(self, client: Client, reader: User, now: datetime) -> Self:
        """Newest first, with author and contact; `may_edit` says whether `reader` may still correct a row."""
        fresh = Q(by=reader, created_at__gte=now - EDITABLE_FOR)
        return (
            self.filter(client=client)
            .select_related("by", "contact")
            .annotate(may_edit=Case(When(fresh, then=Value(True)), default=Value(False)))
        )


@pghistory.track()
class Interaction(models.Model):
    """One touch with a client: what happened, what was agreed, what comes next."""

    client = models.ForeignKey(Client, models.PROTECT, verbose_name=_("client"), related_name="interactions")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    happened_at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        User, models.PROTECT, verbose_name=pgettext_lazy("author", "by"), related_name="interactions"
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, verbose_name=_("with"), null=True, blank=True, related_name="interactions"
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.GOOD)
    summary = models.TextField(_("summary"), blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_due = models.DateField(_("next step due"), null=True, blank=True)
    created_at = models.DateTimeField(_("logged"), default=timezone.now, editable=False)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        ordering = ["-happened_at", "-pk"]
        indexes = [models.Index(fields=["client", "-happened_at"], name="interaction_timeline")]
        constraints = [
            models.CheckConstraint(
                condition=Q(next_step_due__isnull=True) | ~Q(next_step=""),
                name="interaction_due_needs_a_step",
                violation_error_message=_("Say what the next step is."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} – {self.client}"

    def may_be_edited_by(self, user: User, now: datetime) -> bool:
        """The author may correct it for 24 hours after logging, to the second."""
        return self.by_id == user.pk and now <= self.created_at + EDITABLE_FOR
