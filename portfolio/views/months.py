"""Months: their reported and their current numbers, closing and re-opening."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import formats
from accounts.days import today
from accounts.forms import OnceForm
from accounts.http import AuthenticatedRequest, form_page
from accounts.models import User
from kpis import closing
from kpis.models import MonthClose, Role, Scope, last_day_of
from portfolio.addresses import complaints
from portfolio.entries import entries_since, told
from portfolio.forms import ReopenMonthForm
from portfolio.months import closings, comparison, first_days, months, numbers_of
from portfolio.viewpoints import Viewpoint, sees_company, viewpoint

PAGE = 24
ENTRIES = 50
KNOWN = ("scope", "role")


@require_safe
def month_list(request: AuthenticatedRequest) -> HttpResponse:
    """The company's months that are over, as reported and as they are now."""
    if not sees_company(request.user, today()):
        raise Http404
    page = Paginator(first_days(today()), PAGE).get_page(request.GET.get("page"))
    context = {
        "complaints": complaints(request.GET, page=page),
        "page": page,
        "months": months(list(page.object_list), Role.AM),
        "may_close": may_close(request.user),
    }
    return render(request, "portfolio/month_list.html", context)


@require_safe
def month_page(request: AuthenticatedRequest, month: date) -> HttpResponse:
    """One scope's month: reported, current, the difference, and the entries since that can have made it."""
    _refuse_unless_over(month)
    point = _asked(request)
    is_for_company = point.scope == Scope.COMPANY
    current, reported = numbers_of(point, [last_day_of(month)])
    all_closings = closings([month])
    closed = next((each for each in all_closings if each.reopened_at is None), None)
    found = entries_since(closed.closed_at, last_day_of(month), point, request.user) if closed else []
    page = Paginator(found, ENTRIES).get_page(request.GET.get("page"))
    context = {
        "complaints": complaints(request.GET, KNOWN, page=page),
        "month": month,
        "month_name": formats.month(month),
        "point": point,
        "roles": Role.values,
        "closed": closed,
        "closings": all_closings,
        "groups": comparison(point, current, reported if closed else {}, month),
        "page": page,
        "entries": list(told(page.object_list, request.user, point.teams)) if found else [],
        "is_for_company": is_for_company,
        "may_close": is_for_company and may_close(request.user),
    }
    return render(request, "portfolio/month_page.html", context)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def month_close(request: AuthenticatedRequest, month: date) -> HttpResponse:
    _refuse_unless_closer(request.user)
    _refuse_unless_over(month)
    form = OnceForm(request.POST if request.method == "POST" else None)

    def do() -> str:
        closing.close(month, request.user, timezone.now())
        return _("%(month)s is closed.")

    if form.is_valid() and _done_once(request, form, month, do):
        return redirect("portfolio:month_page", month)
    return form_page(
        request,
        form,
        heading=_("Close %(month)s") % {"month": formats.month(month)},
        note=_(
            "The numbers of this month, and of the 12 months up to its end, are kept as they are now: as reported."
            " Corrections afterwards change the current numbers only, and both are shown."
        ),
        submit=_("Close the month"),
        back=reverse("portfolio:month_page", args=[month]),
    )


@require_http_methods(["GET", "POST"])
@transaction.atomic
def month_reopen(request: AuthenticatedRequest, month: date) -> HttpResponse:
    _refuse_unless_closer(request.user)
    _refuse_unless_over(month)
    closed = MonthClose.objects.in_force().filter(first_day=month).first()
    form = ReopenMonthForm(
        request.POST if request.method == "POST" else None, initial={"expected": closed and closed.pk}
    )

    def do() -> str:
        _reopen(month, form, request.user)
        return _("%(month)s is open again.")

    if form.is_valid():
        if _done_once(request, form, month, do):
            return redirect("portfolio:month_page", month)
    elif closed is None:
        messages.warning(request, _("This month is not closed."))
        return redirect("portfolio:month_page", month)
    return form_page(
        request,
        form,
        heading=_("Re-open %(month)s") % {"month": formats.month(month)},
        note=_(
            "The reported numbers of this month are given up. It stays open until somebody closes it again, and then"
            " reports the numbers of that moment. Your name and the reason stay on record."
        ),
        submit=_("Re-open the month"),
        back=reverse("portfolio:month_page", args=[month]),
    )


def may_close(user: User) -> bool:
    return user.is_active and user.has_perm("kpis.close_month")


def _done_once(request: AuthenticatedRequest, form: OnceForm, month: date, do: Callable[[], str]) -> bool:
    """Whether it is done, by this click or by the one before; if not, the form says why."""
    try:
        with transaction.atomic():  # what is refused has not been sent: the form can be sent again
            if form.is_first_submission(request.user):
                messages.success(request, do() % {"month": formats.month(month)})
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


def _reopen(month: date, form: ReopenMonthForm, by: User) -> None:
    """Raises ValidationError where the closing that the page showed is not in force any more."""
    seen = MonthClose.objects.filter(first_day=month, pk=form.cleaned_data["expected"]).first()
    if seen is None:
        raise ValidationError(_("This month is not closed."))
    closing.reopen(seen, by, form.cleaned_data["reason"], timezone.now())


def _refuse_unless_closer(user: User) -> None:
    """Who does not see the company's numbers finds nothing here; who sees them needs the right."""
    if not sees_company(user, today()):
        raise Http404
    if not may_close(user):
        raise PermissionDenied


def _refuse_unless_over(month: date) -> None:
    if month >= today().replace(day=1):
        raise Http404


def _asked(request: AuthenticatedRequest) -> Viewpoint:
    """The scope that the address names; without one the company for who may see it, else one's own."""
    role = request.GET.get("role", Role.AM)
    if "scope" in request.GET:
        return viewpoint(request.user, request.GET["scope"], role)
    if role not in Role.values:
        raise Http404
    if sees_company(request.user, today()):
        return Viewpoint.of_company(role)
    return Viewpoint.of_person(request.user, role)
