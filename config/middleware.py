"""What every request passes through, besides Django's and the libraries' own middleware."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from pghistory.middleware import HistoryMiddleware as PgHistoryMiddleware

GetResponse = Callable[[HttpRequest], HttpResponse]


class ReaderMiddleware:
    """Speaks to a signed-in person in her language and zone, and keeps her pages out of shared caches."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        language, time_zone = request.user.language, request.user.time_zone  # signing out takes the user away
        with translation.override(language), timezone.override(ZoneInfo(time_zone)):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers["Content-Language"] = language
        add_never_cache_headers(response)
        return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Whoever is not signed in goes to the sign-in page, also from within a page whose session has expired.

    htmx would follow a redirect and put the sign-in form into a corner of the page; it is told to leave the page.
    """

    def handle_no_permission(  # type: ignore[override] # the stub knows redirects only
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        if "HX-Request" not in request.headers:
            return super().handle_no_permission(request, view_func)
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        path = page._replace(scheme="", netloc="").geturl()
        back = path if url_has_allowed_host_and_scheme(path, allowed_hosts=None) else "/"
        return HttpResponseClientRedirect(redirect_to_login(back, self.get_login_url(view_func)).url)


class HistoryMiddleware(PgHistoryMiddleware):
    """Every event of the change history names the person, the address and the request, which is also in the log."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        request_id = structlog.contextvars.get_contextvars().get("request_id", "")
        return {**super().get_context(request), "request_id": request_id}
