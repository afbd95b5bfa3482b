"""One way to make a row of every model that the administration shows."""

from collections.abc import Callable
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db.models import Model

from exchange.models import ApiToken
from tests import factories


def _group(number: int) -> Model:
    return Group.objects.create(name=f"Kelompok {number}")


def _authenticator(number: int) -> Model:
    user = factories.UserFactory()
    return Authenticator.objects.create(user=user, type="totp", data={"secret": "RAHASIATOTP"})


def _made_by(factory: Any, **fields: Any) -> Callable[[int], Model]:
    return lambda number: factory(**{name: value() for name, value in fields.items()})


ROWS: dict[str, Callable[[int], Model]] = {
    "auth.Group": _group,
    "mfa.Authenticator": _authenticator,
    "accounts.User": _made_by(factories.UserFactory, position=factories.PositionFactory),
    "accounts.Position": _made_by(factories.PositionFactory),
    "accounts.Team": _made_by(factories.TeamFactory, parent=factories.TeamFactory),
    "accounts.TeamMembership": _made_by(factories.TeamMembershipFactory),
    "notifications.Notification": _made_by(factories.NotificationFactory),
    "notifications.OutboundEmail": _made_by(factories.OutboundEmailFactory),
    "notifications.Preference": _made_by(factories.PreferenceFactory),
    "notifications.DeliveryHours": _made_by(factories.DeliveryHoursFactory),
    "clients.Client": lambda number: factories.AssignmentFactory().client,
    "clients.ClientMerge": _made_by(factories.ClientMergeFactory),
    "clients.Contact": _made_by(factories.ContactFactory),
    "clients.Consent": _made_by(factories.ConsentFactory),
    "clients.Assignment": _made_by(factories.AssignmentFactory),
    "clients.Interaction": _made_by(factories.InteractionFactory, contact=factories.ContactFactory),
    "clients.Task": _made_by(factories.TaskFactory),
    "clients.Survey": _made_by(factories.SurveyFactory),
    "clients.Answer": _made_by(
        factories.AnswerFactory, contact=factories.ContactFactory, entered_by=factories.UserFactory
    ),
    "contracts.Product": _made_by(factories.ProductFactory),
    "contracts.Contract": lambda number: factories.ContractLineFactory().contract,
    "contracts.ContractLine": _made_by(factories.ContractLineFactory),
    "contracts.Pause": _made_by(factories.PauseFactory),
    "contracts.ExchangeRate": lambda number: factories.ExchangeRateFactory(currency=f"US{chr(65 + number)}"),
    "contracts.AlertLadder": _made_by(factories.AlertLadderFactory),
    "contracts.RenewalAlert": _made_by(factories.RenewalAlertFactory),
    "contracts.RenewalDecision": _made_by(factories.RenewalDecisionFactory),
    "kpis.MonthClose": lambda number: factories.MonthCloseFactory(
        first_day=date(2025, 1 + number, 1), closed_by=factories.UserFactory()
    ),
    "exchange.ApiToken": lambda number: ApiToken.issue(factories.UserFactory(), "ERP", "read")[0],
}
