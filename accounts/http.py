"""Requests of signed-in people, and the one way to answer with a form."""

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User


class AuthenticatedRequest(HttpRequest):
    """A request behind LoginRequiredMiddleware."""

    user: User


def form_page(
    request: HttpRequest,
    form: BaseForm,
    *,
    heading: str,
    submit: str,
    back: str,
    subtitle: str = "",
    note: str = "",
    layout: str = "",
) -> HttpResponse:
    """A page with one form: 200 when fresh, 422 with what was typed when refused, 409 when somebody was faster.

    `back` is where “Cancel” leads; `layout` a template that arranges the fields, else they stand one below the other.
    """
    context = {
        "form": form,
        "heading": heading,
        "submit": submit,
        "back": back,
        "subtitle": subtitle,
        "note": note,
        "layout": layout,
    }
    return render(request, "form_page.html", context, status=_status(form))


def too_late_page(request: HttpRequest, why: str, *, back: str) -> HttpResponse:
    """409: what a page offered when it was opened has been overtaken. `back` is where one sees how things stand."""
    return render(request, "too_late.html", {"why": why, "back": back}, status=409)


def _status(form: BaseForm) -> int:
    if not form.is_bound:
        return 200
    return 409 if getattr(form, "is_conflict", False) else 422
