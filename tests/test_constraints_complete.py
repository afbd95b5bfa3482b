"""No rule of the database without a test that breaks it and without words for the person who breaks it."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db.models import BaseConstraint, Model
from django.utils import translation

ROOMS = ["accounts", "notifications", "clients", "contracts", "kpis", "exchange"]


def constraints(room: str) -> list[tuple[type[Model], BaseConstraint]]:
    return [
        (model, constraint)
        for model in apps.get_app_config(room).get_models()
        for constraint in model._meta.constraints
    ]


def triggers(room: str) -> set[str]:
    """Triggers that check something; pghistory's and pgtrigger's own have no rule of ours, those on proxies mark."""
    return {
        trigger.name
        for model in apps.get_app_config(room).get_models()
        if not model._meta.proxy
        for trigger in getattr(model._meta, "triggers", [])
        if type(trigger).__module__ == "pgtrigger.core" and not trigger.name.startswith("mark_stale")
    }


@pytest.mark.parametrize("room", ROOMS)
def test_every_rule_of_the_database_is_broken_by_a_test(room: str) -> None:
    broken = {name for name, _ in import_module(f"tests.{room}.test_constraints").VIOLATIONS}
    assert {constraint.name for _, constraint in constraints(room)} | triggers(room) <= broken


TYPED = [
    pytest.param(constraint, id=constraint.name)
    for room in ROOMS
    for model, constraint in constraints(room)
    if model._meta.default_permissions  # without permissions = derived: no person can break it
]


@pytest.mark.parametrize("constraint", TYPED)
def test_whoever_breaks_a_rule_reads_why_in_both_languages(constraint: BaseConstraint) -> None:
    with translation.override("en"):
        english = str(constraint.get_violation_error_message())
    with translation.override("id"):
        indonesian = str(constraint.get_violation_error_message())
    assert english != str(BaseConstraint.default_violation_error_message) % {"name": constraint.name}
    assert indonesian != english
