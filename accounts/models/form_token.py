import uuid

from django.db import connection, models
from django.utils import timezone

from accounts.models.user import User


class FormTokenManager(models.Manager["FormToken"]):
    def claim(self, token: uuid.UUID | None, user: User) -> bool:
        """Whether this is the first submission of a form page; a double click is False.

        Call it in the transaction that acts: the second click waits for the first to commit, then learns that it
        came too late. Without a token every submission is a first one.
        """
        if token is None:
            return True
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_formtoken (token, user_id, created_at)"
                " VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                [token, user.pk, timezone.now()],
            )
            return bool(cursor.rowcount)


class FormToken(models.Model):
    """A form page that was submitted; kept for some days so that it is acted upon once."""

    token = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = FormTokenManager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.token)
