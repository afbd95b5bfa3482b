"""What pages of any room show of the set-up: a card at home, a way back from an import."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.days import today
from exchange.setup.steps import setup_of


def setup(request: HttpRequest) -> dict[str, Any]:
    """Lazy: only a page that shows something of it asks the database."""
    user: Any = getattr(request, "user", None)  # none when a page fails before the sign-in is known
    return {"setup": SimpleLazyObject(lambda: setup_of(user, today()))}
