from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import formats
from accounts.http import AuthenticatedRequest
from clients.editing import edit_page
from clients.forms import InteractionForm
from clients.gate import leads_on, locked_client_for, row_for
from clients.models import Act, Client, Interaction
from clients.talking import log_interaction

SHORTLIST = 30


@require_safe
def interaction_quick(request: AuthenticatedRequest) -> HttpResponse:
    """Choose the client first: those last talked to come first."""
    words = request.GET.get("q", "").replace("\x00", "")
    clients = Client.objects.allowing(request.user, Act.LOG).search(words).by_last_contact_of(request.user)
    return render(request, "clients/interaction_quick.html", {"clients": clients[:SHORTLIST], "q": words})


@require_http_methods(["GET", "POST"])
@leads_on
@transaction.atomic
def interaction_create(request: AuthenticatedRequest, client_pk: int) -> HttpResponse:
    client = locked_client_for(request.user, client_pk, Act.LOG)
    now = timezone.now()
    form = InteractionForm(request.POST or None, instance=Interaction(client=client), client=client, now=now)

    def save() -> str:
        log_interaction(form.save(commit=False), by=request.user, now=now)
        return _saved(form.instance)

    return edit_page(
        request,
        form,
        save,
        leads_to=client,
        heading=_("Log activity"),
        subtitle=str(client),
        submit=_("Save activity"),
        layout="clients/_interaction_form.html",
    )


@require_http_methods(["GET", "POST"])
@transaction.atomic
def interaction_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    interaction = row_for(request.user, Interaction.objects.all(), pk, Act.LOG)
    now = timezone.now()
    if not interaction.may_be_edited_by(request.user, now):
        raise PermissionDenied
    form = InteractionForm(request.POST or None, instance=interaction, client=interaction.client, now=now)

    def save() -> str:
        form.save()
        return _("The activity is corrected.")

    return edit_page(
        request,
        form,
        save,
        leads_to=interaction.client,
        heading=_("Correct activity"),
        subtitle=str(interaction.client),
        submit=_("Save changes"),
        layout="clients/_interaction_form.html",
    )


def _saved(interaction: Interaction) -> str:
    if interaction.next_step_due:
        return _("Activity logged. Next step: %(day)s.") % {"day": formats.day(interaction.next_step_due)}
    return _("Activity logged.")
