"""How far a number is from its target, in words (kpis.md K9): the target for exactly its window, if there is one.

A month that still runs is measured against the target of the whole month.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts import formats
from kpis.measures import Sums
from kpis.models import TargetKind
from kpis.targets import ENOUGH, Targets, attainment, basis, distance, is_met
from kpis.windows import Window
from portfolio.target_entry import told
from portfolio.viewpoints import Viewpoint


@dataclass(frozen=True)
class Aim:
    """A sentence about a target and its tone: “82% of the target Rp60 jt”."""

    text: str
    icon: str = "flag"
    tone: str = ""


@dataclass(frozen=True)
class Aims:
    """The targets of a viewpoint by kind and window, None where there is none."""

    point: Viewpoint
    values: dict[tuple[str, Window], Decimal | None] = field(default_factory=dict)

    @classmethod
    def load(cls, point: Viewpoint, asked: Iterable[tuple[str, Window]]) -> "Aims":
        """One statement, however many are asked for."""
        wanted = [(kind, window.to_month_end()) for kind, window in asked]
        found = Targets.load_all(wanted, point.role, people=[point.user.pk] if point.user else [])
        return cls(point, {key: _of(point, targets) for key, targets in found.items()})

    def value(self, kind: str, window: Window) -> Decimal | None:
        return self.values.get((kind, window.to_month_end()))

    def aim(self, kind: TargetKind, window: Window, sums: Sums) -> Aim | None:
        """What to say beside the number; None without a target."""
        value = self.value(kind, window)
        if value is None:
            return None
        return _share(kind, value, sums) if kind.is_additive else _points(kind, value, sums)


def _of(point: Viewpoint, targets: Targets) -> Decimal | None:
    if point.user:
        return targets.for_user(point.user) if point.user.owner_role == point.role else None
    return targets.for_team(point.teams[0]) if point.teams else targets.for_company()


def _share(kind: TargetKind, value: Decimal, sums: Sums) -> Aim:
    ratio = attainment(kind, value, sums)
    words = {"target": told(kind, value)}
    if ratio.numerator is None or not ratio.denominator:
        return Aim(_("Target: %(target)s") % words)
    words["share"] = f"{formats.number(100 * Decimal(ratio.numerator) / Decimal(ratio.denominator))}%"
    return Aim(_("%(share)s of the target %(target)s") % words)


def _points(kind: TargetKind, value: Decimal, sums: Sums) -> Aim:
    """A difference only where the number itself is shown, a verdict only where there are enough (R9)."""
    words = {"target": told(kind, value)}
    points = distance(kind, value, sums)
    if points is None or basis(kind, sums) < ENOUGH:
        return Aim(_("Target: %(target)s; too few for a verdict") % words)
    words["n"] = formats.number(abs(points), 0 if kind == TargetKind.NPS else 1)
    if words["n"] == formats.number(0, 0 if kind == TargetKind.NPS else 1):
        return Aim(_("at the target of %(target)s") % words)
    if is_met(kind, value, sums):
        return Aim(_("%(n)s points above the target of %(target)s") % words, tone="better")
    return Aim(_("%(n)s points below the target of %(target)s") % words, tone="worse")
