"""What allauth asks of us: nobody signs up, and its mails go through the outbox like all others."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from notifications.outbox import enqueue

TEMPLATES = {"account/email/password_reset_key": "mails/password_reset"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come in by invitation only."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Enqueue allauth's mail. Its link is not stored: the template makes a fresh one when it is rendered."""
        user = context["user"]
        minute = timezone.now().strftime("%Y-%m-%dT%H:%M")
        enqueue(user, TEMPLATES[template_prefix], key=f"{template_prefix}:{user.pk}:{minute}")
