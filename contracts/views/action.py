"""One page for each action on a contract: ask, show the movement, do it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.days import today
from accounts.http import AuthenticatedRequest
from clients.gate import row_for
from contracts.actions import ACTIONS, LINE_ACTIONS, Action, Doing
from contracts.forms import ActionForm
from contracts.models import Contract, ContractLine
from contracts.preview import Step, movement


@require_http_methods(["GET", "POST"])
@transaction.atomic
def contract_action(request: AuthenticatedRequest, pk: int, name: str) -> HttpResponse:
    action = ACTIONS[name]
    contract = row_for(request.user, Contract.objects.with_card(today()), pk, action.act)
    return _page(request, action, contract, None)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def line_action(request: AuthenticatedRequest, pk: int, name: str) -> HttpResponse:
    action = LINE_ACTIONS[name]
    contract = row_for(request.user, Contract.objects.with_card(today()), pk, action.act, by="lines__pk")
    line = get_object_or_404(contract.lines.select_related("product", "contract"), pk=pk)
    return _page(request, action, contract, line)


def _page(
    request: AuthenticatedRequest, action: Action, contract: Contract, line: ContractLine | None
) -> HttpResponse:
    day = today()
    form = _form(request, action, contract, line, day)
    if form.is_repeated():
        return redirect(contract)  # the second click
    if not action.possible(contract, day):
        messages.warning(request, _("This is not possible as the contract stands now."))
        return redirect(contract)
    steps: list[Step] | None = None
    if form.is_valid():
        try:
            steps = _movement(request, action, contract, line, form, day)
            if form.cleaned_data["confirmed"]:
                return _do(request, action, contract, line, form, day)
            form.answer_with(confirmed="on")
        except ValidationError as refusal:
            _explain(form, refusal)
    return _answer(request, action, contract, line, form, steps)


def _form(
    request: AuthenticatedRequest, action: Action, contract: Contract, line: ContractLine | None, day: date
) -> ActionForm:
    more: dict[str, Any] = {"line": line} if line else {}
    return action.form(request.POST or None, contract=contract, day=day, **more)


def _doing(
    request: AuthenticatedRequest, contract: Contract, line: ContractLine | None, form: ActionForm, day: date
) -> Doing:
    """Fresh copies: a preview that is rolled back must not leave its marks on them."""
    fresh = Contract.objects.select_related("client").get(pk=contract.pk)
    fresh_line = fresh.lines.select_related("contract", "product").get(pk=line.pk) if line else None
    return Doing(fresh, fresh_line, form.cleaned_data, request.user, day)


def _movement(
    request: AuthenticatedRequest,
    action: Action,
    contract: Contract,
    line: ContractLine | None,
    form: ActionForm,
    day: date,
) -> list[Step]:
    doing = _doing(request, contract, line, form, day)
    return movement(contract.client_id, lambda: action.perform(doing), day)


def _do(
    request: AuthenticatedRequest,
    action: Action,
    contract: Contract,
    line: ContractLine | None,
    form: ActionForm,
    day: date,
) -> HttpResponse:
    if form.is_first_submission(request.user):
        action.perform(_doing(request, contract, line, form, day))
        messages.success(request, str(action.done))
    return redirect(contract)


def _explain(form: ActionForm, refusal: ValidationError) -> None:
    """What a rule of the model refuses, at the field of the form that has its name, else above the form."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def _answer(
    request: AuthenticatedRequest,
    action: Action,
    contract: Contract,
    line: ContractLine | None,
    form: ActionForm,
    steps: list[Step] | None,
) -> HttpResponse:
    context = {"action": action, "contract": contract, "line": line, "form": form, "steps": steps}
    refused = 409 if form.is_conflict else 422
    status = refused if form.is_bound and form.errors else 200
    return render(request, "contracts/contract_action.html", context, status=status)
