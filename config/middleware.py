"""What every request passes through, besides Django's and the libraries' own middleware."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from pghistory.middleware import HistoryMiddleware as PgHistoryMiddleware

GetResponse = Callable[[HttpRequest], HttpResponse]


class DatabaseDownMiddleware:
    """A database that does not answer is a 503 of our own, not a crash; the next request tries again."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            return render(request, "503.html", status=503)
        return None


class ReaderMiddleware:
    """Speaks to a signed-in person in her language and zone, and keeps her pages out of shared caches."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with translation.override(request.user.language), timezone.override(ZoneInfo(request.user.time_zone)):
            request.LANGUAGE_CODE = request.user.language
            response = self.get_response(request)
            response.headers["Content-Language"] = request.user.language
        add_never_cache_headers(response)
        return response


class HistoryMiddleware(PgHistoryMiddleware):  # type: ignore[misc] # pghistory has no types
    """Every event of the change history names the person, the address and the request, which is also in the log."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        request_id = structlog.contextvars.get_contextvars().get("request_id", "")
        return {**super().get_context(request), "request_id": request_id}
