"""Our own error pages: no detail, a reference that is also in the log."""

import sys

import structlog
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"{status}.html", {"reference": _reference()}, status=status)


def _reference() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _plain_page(status: int, **headers: str) -> HttpResponse:
    """A page that needs neither the database nor the request: one of them may be what failed."""
    page = render_to_string(f"{status}.html", {"reference": _reference()})
    return HttpResponse(page, status=status, headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404)


def closed(request: HttpRequest) -> HttpResponse:
    """A page that a package brings and we do not offer."""
    raise Http404


def conflict(request: HttpRequest) -> HttpResponse:
    """Somebody else changed the same thing first. For views that have no better answer."""
    return _page(request, 409)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return _page(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, 409 when somebody else was faster, or 503 when the database does not answer (trust.md 3, F7, F8).

    Here and not in a middleware: only here arrive the errors of views and of middlewares (sessions, users).
    """
    if is_lost_race(sys.exc_info()[1]):
        return conflict(request)
    if is_connection_lost(sys.exc_info()[1]):
        return _plain_page(503, **{"Retry-After": "5", "Cache-Control": "no-store"})
    return _plain_page(500)


def is_lost_race(error: BaseException | None) -> bool:
    """Whether somebody else held what was wanted: a lock for too long, a deadlock, a serialization failure."""
    return getattr(getattr(error, "__cause__", None), "sqlstate", None) in ("55P03", "40P01", "40001")


def is_connection_lost(error: BaseException | None) -> bool:
    """No connection, or one that the server closes; a lock timeout or a deadlock is no outage.

    SQLSTATE classes 08 and 57P tell; a connection that could not be made has no state at all.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or str(state).startswith(("08", "57P"))
