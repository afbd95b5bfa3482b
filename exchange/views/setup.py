"""The pages of the first set-up: the overview, and one page for each step that is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.days import jakarta_day, today
from accounts.forms import OnceForm
from accounts.http import AuthenticatedRequest, form_page
from accounts.models import User
from clients.models import Client
from clients.models.access import Act, may_create_clients
from contracts.models import Contract
from exchange.datasets import DATASETS
from exchange.setup import acting, steps
from exchange.setup.forms import CompanyForm, Line, Offer, PersonLine, ProductLine, TeamLine, lines
from exchange.setup.steps import Setup, setup_of

OVERVIEW = "exchange:setup"


@require_safe
def setup_overview(request: AuthenticatedRequest) -> HttpResponse:
    day, user = today(), request.user
    found = _setup(user, day)
    newest_client = Client.objects.allowing(user, Act.CONTRACT).order_by("pk").last()
    may_create, counts = may_create_clients(user, day), steps.counts(user)
    context = {
        "found": found,
        "counts": counts,
        "may": {page.slug: page.is_open_to(user) for page in PAGES} | {steps.COMPANY: user.is_superuser},
        "imports": {
            steps.PEOPLE: DATASETS[steps.PEOPLE].is_open_to(user, day),
            steps.PRODUCTS: DATASETS[steps.PRODUCTS].is_open_to(user, day),
            steps.CLIENTS: may_create or newest_client is not None,  # as their datasets would ask again
            steps.CONTRACTS: newest_client is not None,
        },
        "may_create_clients": may_create,
        "newest_client": newest_client,
        "draft": Contract.objects.allowing(user, Act.CONTRACT)
        .filter(status=Contract.Status.DRAFT)
        .order_by("pk")
        .last(),
        "uninvited": counts["not in yet"] if user.has_perm("accounts.change_user") else 0,
    }
    return render(request, "exchange/setup.html", context)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def setup_company(request: AuthenticatedRequest) -> HttpResponse:
    """Only a superuser may: it gives rights. Once somebody directs the company there is nothing to do here any more."""
    if not request.user.is_superuser:
        raise PermissionDenied
    if request.method == "POST":
        acting.one_at_a_time()
    day, person = today(), User.objects.get(pk=request.user.pk)  # a refused form must not rename the frame
    if _setup(request.user, day).is_directed:
        return redirect(OVERVIEW)
    form = CompanyForm(request.POST or None, user=person, day=day)
    if form.is_valid():
        if form.is_first_submission(person):
            names = ("name", "full_name", "position", "start", "owns_clients")
            root = acting.found_company(person, **{name: form.cleaned_data[name] for name in names})
            messages.success(request, _("You direct %(company)s now and may import.") % {"company": root})
        return redirect(OVERVIEW)
    return form_page(
        request,
        form,
        heading=_("Company and direction"),
        subtitle=_("Whoever directs the company sees all of its clients, and may do everything with them."),
        submit=_("Save and go on"),
        back="/setup/",
        layout="exchange/_setup_company.html",
    )


@dataclass(frozen=True)
class LinesPage:
    """A step that is typed in lines."""

    slug: str
    line: type[Line]
    rights: tuple[str, ...]
    heading: Any
    subtitle: Any
    told: Any  # after saving
    save: Callable[[Iterable[Any], User, datetime], None]

    def is_open_to(self, user: User) -> bool:
        return user.has_perms(self.rights)


TEAMS = LinesPage(
    slug=steps.TEAMS,
    line=TeamLine,
    rights=("accounts.add_team",),
    heading=gettext_lazy("Add teams"),
    subtitle=gettext_lazy(
        "A lead sees the clients of her team and of the teams below it, and each team has its numbers."
    ),
    told=ngettext_lazy("%(n)d team is added.", "%(n)d teams are added.", "n"),
    save=acting.add_rows,
)
PEOPLE = LinesPage(
    slug=steps.PEOPLE,
    line=PersonLine,
    rights=("accounts.add_user", "accounts.add_teammembership", "accounts.add_position"),
    heading=gettext_lazy("Invite people"),
    subtitle=gettext_lazy("Each gets a mail with a link, valid for a week, by which she sets her password."),
    told=ngettext_lazy(
        "%(n)d person is added and gets an invitation by mail.",
        "%(n)d people are added and get an invitation by mail.",
        "n",
    ),
    save=acting.add_people,
)
PRODUCTS = LinesPage(
    slug=steps.PRODUCTS,
    line=ProductLine,
    rights=("contracts.add_product",),
    heading=gettext_lazy("Add products"),
    subtitle=gettext_lazy(
        "What you sell, with its usual price in rupiah before VAT; a contract may agree on another one."
        " More of the same family counts as upsell, of another one as cross-sell."
    ),
    told=ngettext_lazy("%(n)d product is added.", "%(n)d products are added.", "n"),
    save=acting.add_rows,
)
PAGES = (TEAMS, PEOPLE, PRODUCTS)


@require_http_methods(["GET", "POST"])
def setup_teams(request: AuthenticatedRequest) -> HttpResponse:
    return _lines_page(request, TEAMS)


@require_http_methods(["GET", "POST"])
def setup_people(request: AuthenticatedRequest) -> HttpResponse:
    return _lines_page(request, PEOPLE)


@require_http_methods(["GET", "POST"])
def setup_products(request: AuthenticatedRequest) -> HttpResponse:
    return _lines_page(request, PRODUCTS)


@require_POST
@transaction.atomic
def setup_invite(request: AuthenticatedRequest) -> HttpResponse:
    """A new link for everybody who has not set a password yet; a second click sends nothing more."""
    _setup(request.user, today())
    if not request.user.has_perm("accounts.change_user"):
        raise PermissionDenied
    count = acting.invite_again(steps.not_in_yet(), timezone.now())
    text = ngettext("%(count)d invitation goes out.", "%(count)d invitations go out.", count)
    messages.success(request, text % {"count": count})
    return redirect(OVERVIEW)


@transaction.atomic
def _lines_page(request: AuthenticatedRequest, page: LinesPage) -> HttpResponse:
    """The lines of a step; with “more” in what is sent it comes back empty after saving."""
    now, user = timezone.now(), request.user
    found = _setup(user, jakarta_day(now))
    if not page.is_open_to(user):
        raise PermissionDenied
    if not found.is_directed:
        messages.info(request, _("The company comes first: teams and people are part of it."))
        return redirect(OVERVIEW)
    way_on = redirect(f"exchange:setup_{page.slug}" if "more" in request.POST else OVERVIEW)
    once = OnceForm(request.POST or None)
    if request.method == "POST":
        acting.one_at_a_time()
        if once.is_repeated():
            return way_on
    offer = Offer(user, jakarta_day(now))
    formset = lines(page.line)(request.POST or None, form_kwargs={"offer": offer})
    if once.is_valid() and formset.is_valid():
        if once.is_first_submission(user):
            filled = formset.filled()
            page.save(filled, user, now)
            messages.success(request, page.told % {"n": len(filled)})
        return way_on
    context = {"page": page, "once": once, "formset": formset}
    return render(request, "exchange/setup_lines.html", context, status=422 if formset.is_bound else 200)


def _setup(user: User, day: date) -> Setup:
    found = setup_of(user, day)
    if found is None:
        raise PermissionDenied
    return found
