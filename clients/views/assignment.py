from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import formats
from accounts.days import today
from accounts.http import AuthenticatedRequest, form_page
from clients.forms import AssignForm
from clients.gate import leads_on, locked_client_for
from clients.models import Act, Assignment
from clients.owning import TooLateError, assign_owner, latest_owner


@require_http_methods(["GET", "POST"])
@leads_on
@transaction.atomic
def owner_assign(request: AuthenticatedRequest, client_pk: int, role: str) -> HttpResponse:
    client = locked_client_for(request.user, client_pk, Act.LEAD)
    if role not in Assignment.Role.owning():
        raise Http404
    latest = latest_owner(client, role)
    form = AssignForm(request.POST or None, by=request.user, day=today(), latest=latest)
    if form.is_valid():
        try:
            assignment = assign_owner(client, role=role, **form.cleaned_data)
        except TooLateError as late:
            form.refuse(str(late), latest)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            done = _("%(person)s looks after this client from %(day)s on.")
            messages.success(
                request, done % {"person": assignment.user, "day": formats.day(assignment.start)}
            )
            return redirect(client)
    return form_page(
        request,
        form,
        heading=str(Assignment.Role(role).label),
        subtitle=str(client),
        note=_note(latest),
        submit=_("Assign"),
        back=client.get_absolute_url(),
    )


def _note(latest: Assignment | None) -> str:
    if latest is None:
        return _("Nobody has this role yet.")
    text = _("Until now: %(person)s, since %(day)s.")
    return text % {"person": latest.user, "day": formats.day(latest.start)}
