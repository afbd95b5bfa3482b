from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.days import today
from accounts.http import AuthenticatedRequest, form_page
from clients.editing import edit_page
from clients.gate import acts_of, leads_on, locked_client_for, row_for
from clients.models import Act
from contracts.actions import LINE_ACTIONS, possible_actions
from contracts.bar import card_of
from contracts.forms import ContractForm, LineForm
from contracts.models import Contract, ContractLine, RenewalAlert, RenewalDecision


@require_safe
def contract_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    day = today()
    seen = Contract.objects.visible_to(request.user).with_card(day).prefetch_related("pauses")
    contract = get_object_or_404(seen.select_related("client", "renewed_from"), pk=pk)
    acts = acts_of(request.user, contract.client)
    context = card_of(contract, day) | {
        "client": contract.client,
        "acts": acts,
        "actions": possible_actions(contract, day, acts),
        "line_actions": LINE_ACTIONS.values() if acts["contract"] else [],
        "may_amend": acts["contract"] and all(a.possible(contract, day) for a in LINE_ACTIONS.values()),
        "successor": contract.successors.filter(status=Contract.Status.SIGNED).first(),
        "decisions": RenewalDecision.objects.filter(contract=contract).select_related("by"),
        "alert": RenewalAlert.objects.filter(contract=contract, closed_at=None).first(),
        "today": day,
    }
    return render(request, "contracts/contract_page.html", context)


@require_http_methods(["GET", "POST"])
@leads_on
@transaction.atomic
def contract_create(request: AuthenticatedRequest, client_pk: int) -> HttpResponse:
    client = locked_client_for(request.user, client_pk, Act.CONTRACT)
    form = ContractForm(request.POST or None, instance=Contract(client=client, created_by=request.user))
    if form.is_repeated():
        return redirect(client)
    if form.is_valid():
        if not form.is_first_submission(request.user):
            return redirect(client)
        contract = form.save()
        messages.success(request, _("The draft is saved. Add what is sold, then sign it."))
        return redirect(contract)
    return form_page(
        request,
        form,
        heading=_("New contract"),
        subtitle=str(client),
        submit=_("Save draft"),
        back=client.get_absolute_url(),
        layout="contracts/_contract_form.html",
    )


@require_http_methods(["GET", "POST"])
@transaction.atomic
def contract_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    contract = _draft_for(request, pk)
    form = ContractForm(request.POST or None, instance=contract)

    def save() -> str:
        form.save()
        return _("The draft is saved.")

    return edit_page(
        request,
        form,
        save,
        leads_to=contract,
        heading=_("Edit draft"),
        subtitle=str(contract.client),
        submit=_("Save draft"),
        layout="contracts/_contract_form.html",
    )


@require_POST
@transaction.atomic
def contract_discard(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    contract = _draft_for(request, pk)
    client = contract.client
    contract.lines.all().delete()
    contract.delete()
    messages.success(request, _("The draft is discarded."))
    return redirect(client)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def line_create(request: AuthenticatedRequest, contract_pk: int) -> HttpResponse:
    contract = _draft_for(request, contract_pk)
    form = LineForm(request.POST or None, instance=ContractLine(contract=contract))

    def save() -> str:
        form.save()
        return _("The product is added.")

    return edit_page(
        request,
        form,
        save,
        leads_to=contract,
        heading=_("Add a product"),
        subtitle=str(contract),
        submit=_("Save product"),
        layout="contracts/_line_form.html",
    )


@require_http_methods(["GET", "POST"])
@transaction.atomic
def line_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    line = _draft_line_for(request, pk)
    form = LineForm(request.POST or None, instance=line)

    def save() -> str:
        form.save()
        return _("The product is saved.")

    return edit_page(
        request,
        form,
        save,
        leads_to=line.contract,
        heading=_("Edit product"),
        subtitle=str(line.contract),
        submit=_("Save product"),
        layout="contracts/_line_form.html",
    )


@require_POST
@transaction.atomic
def line_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    line = _draft_line_for(request, pk)
    line.delete()
    messages.success(request, _("The product is removed from the draft."))
    return redirect(line.contract)


def _draft_for(request: AuthenticatedRequest, pk: int, *, by: str = "pk") -> Contract:
    """A draft, locked; what is signed changes by its actions only and is not found here."""
    drafts = Contract.objects.filter(status="draft")
    contract: Contract = row_for(request.user, drafts, pk, Act.CONTRACT, by=by)
    return contract


def _draft_line_for(request: AuthenticatedRequest, pk: int) -> ContractLine:
    draft = _draft_for(request, pk, by="lines__pk")
    line: ContractLine = get_object_or_404(draft.lines.select_related("contract__client", "product"), pk=pk)
    return line
