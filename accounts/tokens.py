"""Links that set a password: an hour for a forgotten one, a week for the first one."""

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import base36_to_int

from accounts.models import User


class PasswordTokenGenerator(PasswordResetTokenGenerator):
    """Django checks PASSWORD_RESET_TIMEOUT, the longer span; who has a password already gets the shorter one."""

    def check_token(self, user: User | None, token: str | None) -> bool:
        if user is None or token is None or not super().check_token(user, token):
            return False
        return (
            not user.has_usable_password()
            or self._age(token) <= settings.NEW_PASSWORD_TIMEOUT.total_seconds()
        )

    def _age(self, token: str) -> int:
        """Seconds since the token was made."""
        return self._num_seconds(self._now()) - base36_to_int(token.split("-")[0])


def password_link(user: User) -> str:
    """Where `user` sets a new password; works once, for as long as `PasswordTokenGenerator` says."""
    key = PasswordTokenGenerator().make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return f"{settings.SITE_URL.rstrip('/')}{path}"
