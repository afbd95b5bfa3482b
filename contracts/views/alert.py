from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.days import today
from accounts.http import AuthenticatedRequest, form_page
from clients.gate import locked_client_for
from clients.models import Act
from contracts.forms.alert import AcknowledgeForm, SnoozeAlertForm
from contracts.models import RenewalAlert


@require_http_methods(["GET", "POST"])
@transaction.atomic
def alert_acknowledge(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    alert = _alert_for(request, pk)
    form = AcknowledgeForm(request.POST or None)
    if form.is_valid():
        alert.acknowledge(by=request.user, reason=form.cleaned_data["reason"], now=timezone.now())
        messages.success(
            request, _("Noted. You will hear of it again only if the contract ends without a decision.")
        )
        return redirect(alert.contract)
    return form_page(
        request,
        form,
        heading=_("Take care of the renewal"),
        subtitle=str(alert.contract),
        submit=_("Acknowledge"),
        back=alert.contract.get_absolute_url(),
    )


@require_http_methods(["GET", "POST"])
@transaction.atomic
def alert_snooze(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    alert = _alert_for(request, pk)
    form = SnoozeAlertForm(request.POST or None, day=today())
    if form.is_valid():
        try:
            alert.snooze(**form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The alert is put off."))
            return redirect(alert.contract)
    return form_page(
        request,
        form,
        heading=_("Put the alert off"),
        subtitle=str(alert.contract),
        submit=_("Put off"),
        back=alert.contract.get_absolute_url(),
    )


def _alert_for(request: AuthenticatedRequest, pk: int) -> RenewalAlert:
    open_alerts = RenewalAlert.objects.filter(closed_at=None)
    seen = get_object_or_404(open_alerts.visible_to(request.user).select_related("contract"), pk=pk)
    locked_client_for(request.user, seen.contract.client_id, Act.CONTRACT)
    alert: RenewalAlert = get_object_or_404(open_alerts.select_related("contract"), pk=pk)
    return alert
