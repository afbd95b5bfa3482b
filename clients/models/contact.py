import re
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models.user import Salutation
from clients.models.client import Client, ClientScopedQuerySet


class DecisionRole(models.TextChoices):
    DECIDER = "decider", _("Decision maker")
    CHAMPION = "champion", _("Champion")
    INFLUENCER = "influencer", _("Influencer")
    USER = "user", pgettext_lazy("decision role", "User")
    BUYER = "buyer", _("Purchasing")
    BILLING = "billing", _("Billing")


class Attitude(models.TextChoices):
    SUPPORTER = "supporter", pgettext_lazy("attitude", "Supporter")
    NEUTRAL = "neutral", pgettext_lazy("attitude", "Neutral")
    OPPONENT = "opponent", pgettext_lazy("attitude", "Opponent")


class Influence(models.IntegerChoices):
    LOW = 1, pgettext_lazy("influence", "Low")
    MEDIUM = 2, pgettext_lazy("influence", "Medium")
    HIGH = 3, pgettext_lazy("influence", "High")


class ContactQuerySet(ClientScopedQuerySet):
    def search(self, words: str) -> Self:
        """Contacts by name, or by digits of the phone number however they are written."""
        digits = re.sub(r"\D", "", words).lstrip("0")
        by_name = Q(full_name__icontains=words) | Q(preferred_name__icontains=words)
        return self.filter(by_name | Q(phone__contains=digits) if len(digits) >= 4 else by_name)


@pghistory.track()
class Contact(models.Model):
    """A person at the client. Never religion, never year of birth."""

    client = models.ForeignKey(Client, models.PROTECT, verbose_name=_("client"), related_name="contacts")
    full_name = models.CharField(_("full name"), max_length=120)
    preferred_name = models.CharField(_("preferred name"), max_length=60, blank=True)
    salutation = models.CharField(_("salutation"), max_length=5, choices=Salutation, blank=True)
    degree = models.CharField(_("degree"), max_length=40, blank=True, help_text=_("For example S.E., M.M."))
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    phone = PhoneNumberField(_("phone number"), blank=True)
    has_whatsapp = models.BooleanField(_("reachable by WhatsApp"), default=False)
    email = models.EmailField(_("e-mail"), blank=True)
    decision_role = models.CharField(_("role in decisions"), max_length=12, choices=DecisionRole, blank=True)
    influence = models.PositiveSmallIntegerField(_("influence"), choices=Influence, null=True, blank=True)
    attitude = models.CharField(_("attitude"), max_length=10, choices=Attitude, blank=True)
    is_primary = models.BooleanField(_("primary contact"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["-is_active", "-is_primary", Lower("full_name"), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(full_name=""),
                name="contact_has_a_name",
                violation_error_message=_("Enter the full name."),
            ),
            models.UniqueConstraint(
                fields=["client"],
                condition=Q(is_primary=True, is_active=True),
                name="contact_one_primary_per_client",
                violation_error_message=_("This client has a primary contact already."),
            ),
            models.CheckConstraint(
                condition=Q(has_whatsapp=False) | ~Q(phone=""),
                name="contact_whatsapp_needs_a_phone",
                violation_error_message=_("WhatsApp needs a phone number."),
            ),
            models.CheckConstraint(
                condition=Q(influence__isnull=True) | Q(influence__in=[1, 2, 3]),
                name="contact_influence_is_1_to_3",
                violation_error_message=_("Influence is low, medium or high."),
            ),
        ]

    def __str__(self) -> str:
        name = f"{self.full_name}, {self.degree}" if self.degree else self.full_name
        return f"{self.salutation} {name}".strip()

    def deactivate(self) -> None:
        """The person left; what was said with her stays."""
        self.is_active = self.is_primary = False
        self.save(update_fields=["is_active", "is_primary"])

    def activate(self) -> None:
        """Undo `deactivate`; she is not the primary contact again by that."""
        self.is_active = True
        self.save(update_fields=["is_active"])

    @property
    def whatsapp_url(self) -> str:
        """wa.me wants digits only, with the country code."""
        return (
            f"https://wa.me/{self.phone.country_code}{self.phone.national_number}"
            if self.has_whatsapp
            else ""
        )


@pghistory.track()
class Consent(models.Model):
    """On what basis we may reach a contact by one channel, from when until when (UU PDP 20, 24)."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        WHATSAPP = "whatsapp", "WhatsApp"
        PHONE = "phone", pgettext_lazy("channel", "Phone")
        SURVEY = "survey", pgettext_lazy("channel", "Surveys")

    class Basis(models.TextChoices):
        CONSENT = "consent", pgettext_lazy("legal basis", "Consent")
        CONTRACT = "contract", pgettext_lazy("legal basis", "Contract")
        INTEREST = "interest", pgettext_lazy("legal basis", "Legitimate interest")

    contact = models.ForeignKey(Contact, models.PROTECT, verbose_name=_("contact"), related_name="consents")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    basis = models.CharField(_("basis"), max_length=10, choices=Basis)
    given_on = models.DateField(_("given on"))
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "channel"],
                condition=Q(withdrawn_on__isnull=True),
                name="consent_one_per_channel",
                violation_error_message=_("This channel has a consent already."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("given_on")),
                name="consent_not_withdrawn_before_given",
                violation_error_message=_("A consent cannot be withdrawn before it was given."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} – {self.get_channel_display()}"
