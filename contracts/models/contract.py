from datetime import date
from typing import Self

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Prefetch, Q, Subquery, Sum
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from clients.models import Client, ClientScopedQuerySet
from contracts.models.money import currency_field, is_currency


class ContractQuerySet(ClientScopedQuerySet):
    def signed(self) -> Self:
        """Contracts that count; a contract terminated before its start is void: it never existed."""
        return self.filter(
            Q(terminated_on__isnull=True) | Q(terminated_on__gte=F("start")), status=Contract.Status.SIGNED
        )

    def for_card(self, client: Client, day: date) -> Self:
        """A client's contracts with what a card of each shows."""
        return self.filter(client=client).with_card(day)

    def with_card(self, day: date) -> Self:
        """Adds lines, the term that runs on `day` (else the next) and the value of that day."""
        from contracts.models.derived import ContractTerm, ValueSegment
        from contracts.models.line import ContractLine

        lines = ContractLine.objects.select_related("product")
        terms = ContractTerm.objects.filter(contract=OuterRef("pk"), last_day__gte=day).order_by("number")
        worth = ValueSegment.objects.on(day).filter(contract=OuterRef("pk"), paused=False).order_by()
        return self.prefetch_related(Prefetch("lines", lines)).annotate(
            term_first=Subquery(terms.values("first_day")[:1]),
            term_last=Subquery(terms.values("last_day")[:1]),
            term_deadline=Subquery(terms.values("notice_deadline")[:1]),
            value_on_day=Subquery(
                worth.values("contract").annotate(total=Sum("annual_value")).values("total")
            ),
        )


@pghistory.track()
class Contract(models.Model):
    """An agreement with a client. Running, ended and terminated follow from its days (contracts/effective.py)."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("contract", "Draft")
        SIGNED = "signed", pgettext_lazy("contract", "Signed")

    class Party(models.TextChoices):
        CLIENT = "client", pgettext_lazy("notice by", "The client")
        US = "us", pgettext_lazy("notice by", "Us")

    number = models.CharField(_("contract number"), max_length=60)
    client = models.ForeignKey(Client, models.PROTECT, verbose_name=_("client"), related_name="contracts")
    status = models.CharField(_("status"), max_length=6, choices=Status, default=Status.DRAFT)
    start = models.DateField(_("first day"))
    end = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Empty for an open-ended contract.")
    )
    auto_renew = models.BooleanField(_("renews by itself"), default=False)
    notice_days = models.PositiveSmallIntegerField(
        _("notice period in days"), default=30, help_text=_("0 = no notice deadline.")
    )
    currency = currency_field()
    payment_terms = models.CharField(_("payment terms"), max_length=200, blank=True)
    renewed_from = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("renews"), null=True, blank=True, related_name="successors"
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    notice_on = models.DateField(_("notice given on"), null=True, blank=True)
    notice_by = models.CharField(_("notice by"), max_length=6, choices=Party, blank=True)
    terminated_on = models.DateField(
        _("terminated on"),
        null=True,
        blank=True,
        help_text=_("Last day in effect. Before the first day = void."),
    )
    termination_reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("entered"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=_("entered by"),
        null=True,
        editable=False,
        related_name="contracts_entered",
    )

    objects = ContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["-start", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("number"),
                name="contract_number_once",
                violation_error_message=_("This contract number is in use already."),
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gte=F("start")),
                name="contract_end_not_before_start",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(auto_renew=False) | Q(end__isnull=False),
                name="contract_renewing_needs_an_end",
                violation_error_message=_("A contract that renews by itself needs a last day."),
            ),
            models.CheckConstraint(
                condition=Q(status="draft", signed_on__isnull=True)
                | Q(status="signed", signed_on__isnull=False),
                name="contract_signed_has_a_day",
                violation_error_message=_("A signed contract has a day of signature, a draft has none."),
            ),
            models.CheckConstraint(
                condition=Q(notice_on__isnull=True, notice_by="")
                | Q(notice_on__isnull=False, notice_by__in=["client", "us"]),
                name="contract_notice_names_a_party",
                violation_error_message=_("Say who gave notice."),
            ),
            models.CheckConstraint(
                condition=Q(terminated_on__isnull=True) | ~Q(termination_reason=""),
                name="contract_termination_has_a_reason",
                violation_error_message=_("Say why the contract ends early."),
            ),
            models.CheckConstraint(
                condition=Q(status="signed") | Q(notice_on__isnull=True, terminated_on__isnull=True),
                name="contract_draft_has_no_end_events",
                violation_error_message=_("A draft can be neither given notice nor terminated."),
            ),
            models.CheckConstraint(
                condition=Q(renewed_from__isnull=True) | ~Q(renewed_from=F("pk")),
                name="contract_not_its_own_successor",
                violation_error_message=_("A contract cannot renew itself."),
            ),
            models.UniqueConstraint(
                fields=["renewed_from"],
                condition=Q(status="signed")
                & (Q(terminated_on__isnull=True) | Q(terminated_on__gte=F("start"))),
                name="contract_one_signed_successor",
                violation_error_message=_("That contract has a signed successor already."),
            ),
            models.CheckConstraint(
                condition=is_currency(),
                name="contract_currency_is_a_code",
                violation_error_message=_("A currency is three capital letters."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("contracts:contract_page", args=[self.pk])

    def clean(self) -> None:
        super().clean()
        if self.renewed_from and self.renewed_from.client_id != self.client_id:
            raise ValidationError({"renewed_from": _("The renewed contract belongs to another client.")})

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_void(self) -> bool:
        """Terminated before its first day: it never existed (kpis.md R5.2)."""
        return self.terminated_on is not None and self.terminated_on < self.start

    def sign(self, *, on: date) -> None:
        """A draft becomes binding. Raises ValidationError where the database would refuse."""
        self.status, self.signed_on = self.Status.SIGNED, on
        self._save("status", "signed_on")

    def give_notice(self, *, on: date, by: str) -> None:
        """Either party says that it ends with the term; too late a notice ends the following term (R5.4)."""
        self.notice_on, self.notice_by = on, by
        self._save("notice_on", "notice_by")

    def withdraw_notice(self) -> None:
        """The notice is taken back; from then on it was never given."""
        self.notice_on, self.notice_by = None, ""
        self._save("notice_on", "notice_by")

    def terminate(self, *, last_day: date, reason: str) -> None:
        """It ends early with `last_day`; before its first day it is void (R5.2)."""
        self.terminated_on, self.termination_reason = last_day, reason
        self._save("terminated_on", "termination_reason")

    def _save(self, *names: str) -> None:
        self.full_clean()
        self.save(update_fields=names)

    def state_on(self, day: date) -> "State":
        """The word for where a contract stands on `day`; it follows from its days. Needs `for_card`'s columns."""
        if self.is_draft:
            return State.DRAFT
        if self.is_void:
            return State.VOID
        if self.start > day:
            return State.UPCOMING
        if self.terminated_on and self.terminated_on < day:
            return State.TERMINATED
        runs = self.end is None or getattr(self, "term_last", None) is not None
        return State.RUNNING if runs else State.ENDED


class State(models.TextChoices):
    """What people call a contract on a day; never stored."""

    DRAFT = "draft", pgettext_lazy("contract", "Draft")
    UPCOMING = "upcoming", pgettext_lazy("contract", "Signed, starts later")
    RUNNING = "running", pgettext_lazy("contract", "Running")
    ENDED = "ended", pgettext_lazy("contract", "Ended")
    TERMINATED = "terminated", pgettext_lazy("contract", "Terminated")
    VOID = "void", pgettext_lazy("contract", "Void")
