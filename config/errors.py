"""Our own error pages: no detail, a reference that is also in the log."""

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def _reference() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"{status}.html", {"reference": _reference()}, status=status)


def plain_page(status: int) -> HttpResponse:
    """A page of its own that needs neither the database nor the request: one of them may be what failed."""
    return HttpResponse(render_to_string(f"{status}.html", {"reference": _reference()}), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404)


def conflict(request: HttpRequest) -> HttpResponse:
    """Somebody else changed the same thing first. For views that have no better answer."""
    return _page(request, 409)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return _page(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    return plain_page(500)
