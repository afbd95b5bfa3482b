from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


class PersonBackend(AuthenticationBackend):  # type: ignore[misc] # allauth has no types
    """allauth's, which fetches with the person her position: every page asks for it."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("position").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
