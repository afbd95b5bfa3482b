from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.days import today
from accounts.http import AuthenticatedRequest, form_page
from clients.editing import edit_page
from clients.forms import ClientForm, NewClientForm, TierForm
from clients.gate import client_for, leads_on, locked_client_for
from clients.models import Act, Client
from clients.models.access import may_create_clients
from clients.owning import create_client


@require_http_methods(["GET", "POST"])
@transaction.atomic
def client_create(request: AuthenticatedRequest) -> HttpResponse:
    day = today()
    if not may_create_clients(request.user, day):
        raise PermissionDenied
    form = NewClientForm(request.POST or None, user=request.user)
    if form.is_valid():
        if not form.is_first_submission(request.user):
            return _to_newest_client(request)
        client = create_client(form.save(commit=False), by=request.user, day=day)
        messages.success(request, _("%(client)s is in your portfolio now.") % {"client": client})
        _warn(request, form)
        return redirect(client)
    if (
        form.is_repeated()
    ):  # asked last: nothing is locked, the first click may be done while this one is checked
        return _to_newest_client(request)
    return form_page(
        request,
        form,
        heading=_("New client"),
        submit=_("Save client"),
        back="/clients/",
        layout="clients/_client_form.html",
    )


@require_http_methods(["GET", "POST"])
@leads_on
@transaction.atomic
def client_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    client = locked_client_for(request.user, pk, Act.EDIT)
    form = ClientForm(request.POST or None, instance=client, user=request.user)

    def save() -> str:
        form.save()
        _warn(request, form)
        return _("The client's data is saved.")

    return edit_page(
        request,
        form,
        save,
        leads_to=client,
        heading=_("Edit %(client)s") % {"client": client_for(request.user, pk)},
        submit=_("Save changes"),
        layout="clients/_client_form.html",
    )


@require_http_methods(["GET", "POST"])
@leads_on
@transaction.atomic
def client_tier(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    client = locked_client_for(request.user, pk, Act.LEAD)
    form = TierForm(request.POST or None, instance=client)

    def save() -> str:
        form.save()
        return _("The tier is now %(tier)s.") % {"tier": client.get_tier_display()}

    return edit_page(
        request,
        form,
        save,
        leads_to=client,
        heading=_("Tier of %(client)s") % {"client": client},
        submit=_("Save tier"),
    )


def _to_newest_client(request: AuthenticatedRequest) -> HttpResponse:
    """Where the first click of two has led."""
    newest = Client.objects.visible_to(request.user).filter(created_by=request.user).order_by("pk").last()
    return redirect(newest or "/clients/")


def _warn(request: AuthenticatedRequest, form: ClientForm) -> None:
    if warning := form.npwp_warning():
        messages.warning(request, warning)
