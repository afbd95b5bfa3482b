"""Who asks, what the token allows, how often."""

from threading import local
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer
from ninja.throttling import SimpleRateThrottle

from exchange.models import ApiToken


class Token(HttpBearer):
    """`Authorization: Bearer setia_…`; None, that is 401, for one that is unknown, revoked or of somebody inactive."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = ApiToken.objects.holding(token)
        if found:
            found.used(timezone.now())
        return found


class PerToken(local, SimpleRateThrottle):
    """Counts in the cache, which is in PostgreSQL; a dead broker is not a dead API.

    ninja makes one for all requests, and one keeps in itself whom it counts: each thread has attributes of its own.
    """

    scope = "token"

    def get_cache_key(self, request: HttpRequest) -> str | None:
        token: Any = getattr(request, "auth", None)
        return f"api-{token.pk}" if token else None
