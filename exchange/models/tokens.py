import hashlib
import secrets
from datetime import datetime
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User

PREFIX = "setia_"  # so that a scanner of leaked secrets knows one


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(user=user)

    def holding(self, secret: str) -> "ApiToken | None":
        """The token in force with this secret, of somebody who is active."""
        return (
            self.filter(digest=_digest(secret), revoked_at=None, user__is_active=True)
            .select_related("user")
            .first()
        )


class ApiToken(models.Model):
    """Lets another system act as a person. The secret is shown once and stored as a hash only.

    It is 256 random bits, so that a fast hash is enough. It ends when it is revoked, when the person gets another
    password, and when she becomes inactive, also if she comes back.
    """

    class Scope(models.TextChoices):
        READ = "read", pgettext_lazy("token", "Read")
        WRITE = "write", pgettext_lazy("token", "Read and write")

    user = models.ForeignKey(
        User, models.CASCADE, verbose_name=pgettext_lazy("token", "acts as"), related_name="api_tokens"
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("Which system uses it."))
    scope = models.CharField(pgettext_lazy("token", "may"), max_length=5, choices=Scope, default=Scope.READ)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(pgettext_lazy("token", "revoked"), null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        default_permissions = ("view", "change")  # to change one is to revoke it
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""),
                name="api_token_has_a_name",
                violation_error_message=_("Write which system uses it."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, user: User, name: str, scope: str) -> tuple["ApiToken", str]:
        """A new token and its secret, which nobody can read again."""
        secret = PREFIX + secrets.token_urlsafe(32)
        return cls.objects.create(user=user, name=name, scope=scope, digest=_digest(secret)), secret

    def used(self, now: datetime) -> None:
        """Note the use, at most once a minute: reading must not write all the time."""
        if self.last_used_at is None or (now - self.last_used_at).total_seconds() > 60:
            ApiToken.objects.filter(pk=self.pk).update(last_used_at=now)

    def revoke(self, now: datetime) -> None:
        ApiToken.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now)


class TokenOwner(User):
    """Carries the trigger and serves nothing else: pages, the administration, the shell and SQL are all caught.

    Who gets a new password may have lost more than the old one, and who comes back is not who left.
    """

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="end_tokens",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("password", "is_active"),  # type: ignore[no-untyped-call]
                func="""
                    IF NEW.password <> OLD.password OR (OLD.is_active AND NOT NEW.is_active) THEN
                        UPDATE exchange_apitoken SET revoked_at = now()
                        WHERE user_id = NEW.id AND revoked_at IS NULL;
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
