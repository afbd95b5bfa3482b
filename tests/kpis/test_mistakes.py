"""The list of planted mistakes stays true: each can still be planted, and no rule is without one."""

import pytest

from tests.kpis.mistakes import ROOT, Mistake, mistakes

RULES = [*(f"R{n} " for n in range(1, 11)), *(f"K{n} " for n in range(1, 11))]


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda mistake: mistake.name)
def test_it_can_be_planted(mistake: Mistake) -> None:
    assert (ROOT / mistake.file).read_text().count(mistake.right) == 1
    assert mistake.wrong != mistake.right


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_one(rule: str) -> None:
    assert any(mistake.rule.startswith(rule) for mistake in mistakes())
