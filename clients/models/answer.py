import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from clients.models.client import Client, ClientScopedQuerySet
from clients.models.contact import Contact


class Survey(models.Model):
    """A question put to clients: NPS (0 to 10) or CSAT (1 to 5)."""

    class Kind(models.TextChoices):
        NPS = "nps", "NPS"
        CSAT = "csat", "CSAT"

    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    title = models.CharField(_("title"), max_length=120)
    question = models.CharField(_("question"), max_length=300)

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title


@pghistory.track()
class Answer(models.Model):
    """One contact's score. The day that counts is the Jakarta day of `answered_at` (kpis.md R7)."""

    survey = models.ForeignKey(Survey, models.PROTECT, verbose_name=_("survey"), related_name="answers")
    client = models.ForeignKey(Client, models.PROTECT, verbose_name=_("client"), related_name="answers")
    contact = models.ForeignKey(
        Contact, models.PROTECT, verbose_name=_("contact"), null=True, blank=True, related_name="answers"
    )
    score = models.PositiveSmallIntegerField(_("score"))
    comment = models.TextField(_("comment"), blank=True)
    answered_at = models.DateTimeField(_("answered"), default=timezone.now)
    entered_by = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=_("entered by"),
        null=True,
        blank=True,
        related_name="answers_entered",
    )

    objects = ClientScopedQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("survey answer", "answer")
        verbose_name_plural = pgettext_lazy("survey answers", "answers")
        ordering = ["-answered_at", "-pk"]
        indexes = [models.Index(fields=["client", "-answered_at"], name="answer_history")]
        constraints = [
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=10),
                name="answer_score_is_0_to_10",
                violation_error_message=_("A score is a whole number from 0 to 10."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                # The scale depends on the survey, so no CHECK can see it.
                name="answer_score_fits_survey",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("score", "survey_id"),  # type: ignore[no-untyped-call]
                func="""
                    IF (SELECT kind FROM clients_survey WHERE id = NEW.survey_id) = 'csat'
                       AND NEW.score NOT BETWEEN 1 AND 5 THEN
                        RAISE EXCEPTION 'CSAT is 1 to 5' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'answer_score_fits_survey';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.survey}: {self.score}"

    def is_detractor(self) -> bool:
        """NPS 0 to 6 or CSAT 1 to 2: somebody to call back."""
        limit = 6 if self.survey.kind == Survey.Kind.NPS else 2
        return self.score <= limit
