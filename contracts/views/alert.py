from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.days import today
from accounts.http import AuthenticatedRequest, form_page, too_late_page
from clients.gate import locked_client_for
from clients.models import Act
from contracts.forms.alert import AcknowledgeForm, SnoozeAlertForm
from contracts.models import RenewalAlert


@require_http_methods(["GET", "POST"])
@transaction.atomic
def alert_acknowledge(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    alert = _alert_for(request, pk)
    form = AcknowledgeForm(request.POST or None, instance=alert)
    if form.is_repeated():
        return redirect(alert.contract)
    if alert.closed_at:
        return _closed_page(request, alert)
    if form.is_valid():
        if form.is_first_submission(request.user):
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
    form = SnoozeAlertForm(request.POST or None, instance=alert, day=today())
    if form.is_repeated():
        return redirect(alert.contract)
    if alert.closed_at:
        return _closed_page(request, alert)
    if form.is_valid():
        if form.is_first_submission(request.user):
            alert.snooze(until=form.cleaned_data["until"], reason=form.cleaned_data["reason"])
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
    """Locked together with its client; the job that moves alerts locks alerts only."""
    seen = get_object_or_404(RenewalAlert.objects.visible_to(request.user).select_related("contract"), pk=pk)
    locked_client_for(request.user, seen.contract.client_id, Act.CONTRACT)
    locked = RenewalAlert.objects.select_for_update(of=("self",), no_key=True)
    alert: RenewalAlert = get_object_or_404(locked.select_related("contract"), pk=pk)
    return alert


def _closed_page(request: AuthenticatedRequest, alert: RenewalAlert) -> HttpResponse:
    text = _("This alert is closed: somebody has decided about the renewal, or its time is over.")
    return too_late_page(request, text, back=alert.contract.get_absolute_url())
