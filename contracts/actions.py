"""The table of actions on a contract: who may, when it is possible, what it asks, what it does (domain.md, Rights)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from clients.models import Act
from contracts import amending, forms, renewing
from contracts.models import Contract, ContractLine, Pause
from contracts.models.contract import State

ONE_DAY = timedelta(days=1)
ALIVE = (State.UPCOMING, State.RUNNING)


@dataclass(frozen=True)
class Doing:
    """One wish: to do an action on a contract (perhaps on one line of it) on a day, with what the form says."""

    contract: Contract
    line: ContractLine | None
    data: dict[str, Any]
    by: User
    day: date


@dataclass(frozen=True)
class Action:
    """One action: its page asks `form`, shows the movement, and then calls `perform`."""

    name: str
    label: Any
    done: Any
    form: type[forms.ActionForm]
    perform: Callable[[Doing], object]
    possible: Callable[[Contract, date], bool]
    act: Act = Act.CONTRACT


def _sign(doing: Doing) -> None:
    doing.contract.sign(on=doing.data["signed_on"])


def _give_notice(doing: Doing) -> None:
    doing.contract.give_notice(on=doing.data["notice_on"], by=doing.data["notice_by"])


def _withdraw_notice(doing: Doing) -> None:
    doing.contract.withdraw_notice()


def _terminate(doing: Doing) -> None:
    doing.contract.terminate(last_day=doing.data["last_day"], reason=doing.data["reason"])


def _renew(doing: Doing) -> None:
    names = ("number", "start", "end", "price_change", "auto_renew", "signed_on")
    renewing.renew_contract(doing.contract, by=doing.by, **{name: doing.data[name] for name in names})


def _let_renew(doing: Doing) -> None:
    renewing.let_renew(doing.contract, day=doing.day, by=doing.by)


def _pause(doing: Doing) -> None:
    pause = Pause(contract=doing.contract, **{name: doing.data[name] for name in ("start", "end", "reason")})
    pause.full_clean()
    pause.save()


def _resume(doing: Doing) -> None:
    doing.contract.pauses.on(doing.day).get().end_before(doing.data["on"])


def _amend(doing: Doing) -> None:
    assert doing.line is not None  # noqa: S101 - the page has one
    names = ("from_day", "quantity", "unit_price", "discount_percent")
    amending.amend_line(doing.line, **{name: doing.data[name] for name in names})


def _add_line(doing: Doing) -> None:
    names = ("from_day", "product", "quantity", "unit_price", "discount_percent", "period")
    amending.add_line(doing.contract, **{name: doing.data[name] for name in names})


def _end_line(doing: Doing) -> None:
    assert doing.line is not None  # noqa: S101 - the page has one
    amending.end_line(doing.line, last_day=doing.data["last_day"])


def _is_alive(contract: Contract, day: date) -> bool:
    return contract.state_on(day) in ALIVE


def _is_signable(contract: Contract, day: date) -> bool:
    return contract.is_draft and contract.lines.exists()


def _may_get_notice(contract: Contract, day: date) -> bool:
    """Also after the end: a notice in the days of grace ends them (R5.5)."""
    usable = contract.status == Contract.Status.SIGNED and not contract.is_void
    return usable and contract.notice_on is None and contract.terminated_on is None


def _has_notice(contract: Contract, day: date) -> bool:
    return contract.notice_on is not None and contract.terminated_on is None


def _may_be_terminated(contract: Contract, day: date) -> bool:
    return _is_alive(contract, day) and contract.terminated_on is None


def _may_be_renewed(contract: Contract, day: date) -> bool:
    usable = contract.status == Contract.Status.SIGNED and not contract.is_void and contract.end is not None
    return usable and not Contract.objects.signed().filter(renewed_from=contract).exists()


def _may_roll_over(contract: Contract, day: date) -> bool:
    return contract.auto_renew and renewing.term_to_decide(contract, day) is not None


def _is_paused(contract: Contract, day: date) -> bool:
    """In Python: the contract's page has fetched the pauses."""
    return any(p.start <= day and (p.end is None or p.end >= day) for p in contract.pauses.all())


def _may_be_paused(contract: Contract, day: date) -> bool:
    return _is_alive(contract, day) and not _is_paused(contract, day)


ACTIONS = {
    action.name: action
    for action in [
        Action(
            "sign",
            pgettext_lazy("contract action", "Sign"),
            _("The contract is signed."),
            forms.SignForm,
            _sign,
            _is_signable,
        ),
        Action(
            "renew",
            pgettext_lazy("contract action", "Renew"),
            _("The contract is renewed."),
            forms.RenewForm,
            _renew,
            _may_be_renewed,
        ),
        Action(
            "let_renew",
            pgettext_lazy("contract action", "Let it renew"),
            _("It is on record that the contract may renew by itself."),
            forms.ActionForm,
            _let_renew,
            _may_roll_over,
        ),
        Action(
            "add_line",
            pgettext_lazy("contract action", "Add a product"),
            _("The product is added."),
            forms.AddLineForm,
            _add_line,
            _is_alive,
        ),
        Action(
            "pause",
            pgettext_lazy("contract action", "Pause"),
            _("The pause is recorded."),
            forms.PauseForm,
            _pause,
            _may_be_paused,
        ),
        Action(
            "resume",
            pgettext_lazy("contract action", "Resume"),
            _("The contract is in effect again."),
            forms.ResumeForm,
            _resume,
            _is_paused,
        ),
        Action(
            "notice",
            pgettext_lazy("contract action", "Give notice"),
            _("The notice is recorded."),
            forms.NoticeForm,
            _give_notice,
            _may_get_notice,
        ),
        Action(
            "withdraw_notice",
            pgettext_lazy("contract action", "Withdraw the notice"),
            _("The notice is withdrawn."),
            forms.ActionForm,
            _withdraw_notice,
            _has_notice,
        ),
        Action(
            "terminate",
            pgettext_lazy("contract action", "Terminate early"),
            _("The contract ends early."),
            forms.TerminateForm,
            _terminate,
            _may_be_terminated,
            Act.LEAD,
        ),
    ]
}

LINE_ACTIONS = {
    action.name: action
    for action in [
        Action(
            "amend",
            pgettext_lazy("line action", "Change"),
            _("The change is recorded."),
            forms.AmendForm,
            _amend,
            _is_alive,
        ),
        Action(
            "end",
            pgettext_lazy("line action", "End"),
            _("The last day of the product is recorded."),
            forms.EndLineForm,
            _end_line,
            _is_alive,
        ),
    ]
}


def possible_actions(contract: Contract, day: date, acts: dict[str, bool]) -> list[Action]:
    """The actions that make sense for the contract on `day` and that the person with `acts` may do."""
    return [
        action
        for action in ACTIONS.values()
        if acts[action.act.name.lower()] and action.possible(contract, day)
    ]
