"""What every request passes through, besides Django's and the libraries' own middleware."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

GetResponse = Callable[[HttpRequest], HttpResponse]


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
