from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.days import today
from accounts.http import AuthenticatedRequest
from clients.editing import edit_page
from clients.gate import locked_client_for
from clients.models import Act
from contracts.forms.alert import AcknowledgeForm, SnoozeAlertForm
from contracts.models import RenewalAlert


@require_http_methods(["GET", "POST"])
@transaction.atomic
def alert_acknowledge(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    alert = _alert_for(request, pk)
    form = AcknowledgeForm(request.POST or None, instance=alert)

    def save() -> str:
        alert.acknowledge(by=request.user, reason=form.cleaned_data["reason"], now=timezone.now())
        return _("Noted. You will hear of it again only if the contract ends without a decision.")

    return edit_page(
        request,
        form,
        save,
        leads_to=alert.contract,
        too_late=_over(alert),
        heading=_("Take care of the renewal"),
        subtitle=str(alert.contract),
        submit=_("Acknowledge"),
    )


@require_http_methods(["GET", "POST"])
@transaction.atomic
def alert_snooze(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    alert = _alert_for(request, pk)
    form = SnoozeAlertForm(request.POST or None, instance=alert, day=today())

    def save() -> str:
        alert.snooze(until=form.cleaned_data["until"], reason=form.cleaned_data["reason"])
        return _("The alert is put off.")

    return edit_page(
        request,
        form,
        save,
        leads_to=alert.contract,
        too_late=_over(alert),
        heading=_("Put the alert off"),
        subtitle=str(alert.contract),
        submit=_("Put off"),
    )


def _alert_for(request: AuthenticatedRequest, pk: int) -> RenewalAlert:
    """Locked together with its client; the job that moves alerts locks alerts only."""
    seen = get_object_or_404(RenewalAlert.objects.visible_to(request.user).select_related("contract"), pk=pk)
    locked_client_for(request.user, seen.contract.client_id, Act.CONTRACT)
    locked = RenewalAlert.objects.select_for_update(of=("self",), no_key=True)
    alert: RenewalAlert = get_object_or_404(locked.select_related("contract"), pk=pk)
    return alert


def _over(alert: RenewalAlert) -> str:
    if not alert.closed_at:
        return ""
    return _("This alert is closed: somebody has decided about the renewal, or its time is over.")
