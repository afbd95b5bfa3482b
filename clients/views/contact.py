from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthenticatedRequest
from clients.editing import edit_page
from clients.forms import ContactForm
from clients.gate import leads_on, locked_client_for, row_for
from clients.models import Act, Contact


@require_http_methods(["GET", "POST"])
@leads_on
@transaction.atomic
def contact_create(request: AuthenticatedRequest, client_pk: int) -> HttpResponse:
    client = locked_client_for(request.user, client_pk, Act.EDIT)
    form = ContactForm(request.POST or None, instance=Contact(client=client))

    def save() -> str:
        form.save()
        return _("%(contact)s is saved.") % {"contact": form.instance}

    return edit_page(
        request,
        form,
        save,
        leads_to=client,
        heading=_("New contact of %(client)s") % {"client": client},
        submit=_("Save contact"),
    )


@require_http_methods(["GET", "POST"])
@transaction.atomic
def contact_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    contact = row_for(request.user, Contact.objects.all(), pk, Act.EDIT)
    form = ContactForm(request.POST or None, instance=contact)

    def save() -> str:
        form.save()
        return _("%(contact)s is saved.") % {"contact": contact}

    return edit_page(
        request,
        form,
        save,
        leads_to=contact.client,
        heading=_("Edit contact"),
        submit=_("Save changes"),
    )


@require_POST
@transaction.atomic
def contact_deactivate(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    contact = row_for(request.user, Contact.objects.all(), pk, Act.EDIT)
    contact.deactivate()
    messages.success(request, _("%(contact)s is no longer an active contact.") % {"contact": contact})
    return redirect(contact.client)


@require_POST
@transaction.atomic
def contact_activate(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    contact = row_for(request.user, Contact.objects.all(), pk, Act.EDIT)
    contact.activate()
    messages.success(request, _("%(contact)s is an active contact again.") % {"contact": contact})
    return redirect(contact.client)
