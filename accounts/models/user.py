from typing import Any

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models.position import Position, Track


class Salutation(models.TextChoices):
    """How Indonesian courtesy addresses a person; empty where it is not known."""

    BAPAK = "Bapak", pgettext_lazy("salutation", "Mr (Bapak)")
    IBU = "Ibu", pgettext_lazy("salutation", "Ms (Ibu)")


class TimeZone(models.TextChoices):
    """Zones of Indonesia: clock times are shown in them, days never shift."""

    WIB = "Asia/Jakarta", "WIB (Jakarta)"
    WITA = "Asia/Makassar", "WITA (Makassar)"
    WIT = "Asia/Jayapura", "WIT (Jayapura)"


class Language(models.TextChoices):
    INDONESIAN = "id", "Bahasa Indonesia"
    ENGLISH = "en", "English"


class Theme(models.TextChoices):
    AUTO = "auto", pgettext_lazy("theme", "As the device")
    LIGHT = "light", pgettext_lazy("theme", "Light")
    DARK = "dark", pgettext_lazy("theme", "Dark")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who signs in with `email` (stored lower-case); without a password only after an invitation."""
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """For `manage.py createsuperuser`."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):
    """A colleague. People are deactivated, never deleted."""

    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("full name"), max_length=120, help_text=_("One word is a name too."))
    preferred_name = models.CharField(_("preferred name"), max_length=60, blank=True)
    salutation = models.CharField(_("salutation"), max_length=5, choices=Salutation, blank=True)
    position = models.ForeignKey(
        Position, models.PROTECT, verbose_name=_("position"), null=True, blank=True, related_name="users"
    )
    phone = PhoneNumberField(_("phone number"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.INDONESIAN)
    time_zone = models.CharField(_("time zone"), max_length=20, choices=TimeZone, default=TimeZone.WIB)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("People who left are made inactive, never deleted.")
    )
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = pgettext_lazy("colleague", "person")
        verbose_name_plural = pgettext_lazy("colleagues", "people")
        ordering = [Lower("full_name"), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_is_lower_case",
                violation_error_message=_("Write the e-mail address in lower case."),
            ),
            models.CheckConstraint(
                condition=~models.Q(full_name=""),
                name="user_has_a_name",
                violation_error_message=_("Enter the full name."),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.preferred_name or self.full_name.split()[0]

    @property
    def owner_role(self) -> str:
        """The role in which this person owns the clients she creates: that of her track, AM without a position."""
        return self.position.track if self.position else Track.AM


@pghistory.track(
    pghistory.InsertEvent("joined"),
    pghistory.UpdateEvent("joined"),
    pghistory.UpdateEvent("left", row="OLD"),
    pghistory.DeleteEvent("left"),
    obj_field=None,
    model_name="GroupMembershipEvent",
)
class GroupMembership(User.groups.through):  # type: ignore[misc,name-defined] # made by Django
    """A person in a group, which gives her its permissions. Serves only to carry the triggers of the history."""

    class Meta:
        proxy = True
        default_permissions = ()
