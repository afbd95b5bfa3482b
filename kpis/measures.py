"""The sums of a window and the measures derived from them on read (kpis.md R3, R9, R10, K1 to K10).

Stored and added up are only sums. A ratio is never stored, averaged or added: it is derived from its two sums,
so that a team's ratio is the ratio of the team's sums (R7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import reduce
from typing import Any

Amount = Decimal | int | None

Z = Decimal("1.959964")  # 95 % (R9)
EXACT_DIGITS = 50  # more than any sum has, so that only the last step rounds
ZERO = Decimal("0.00")

NO_OPENING_CLIENTS = "no_opening_clients"
NO_OPENING_VALUE = "no_opening_value"
NOTHING_DUE = "nothing_due"
NO_RESPONSES = "no_responses"
NO_TARGET = "no_target"
ZERO_TARGET = "zero_target"
MISSING_FX = "missing_fx"


def rounded(value: Decimal, places: int) -> Decimal:
    """Half away from zero (R3)."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % limits of a measure that is a sample of something (R9)."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two sums and their quotient. `nothing` is the reason code of a denominator of 0 (R10)."""

    numerator: Decimal | int | None
    denominator: Decimal | int | None
    nothing: str

    @property
    def reason(self) -> str | None:
        """Why there is no value; None if there is one. A missing rate comes first (R4)."""
        if self.numerator is None or self.denominator is None:
            return MISSING_FX
        return None if self.denominator else self.nothing

    @property
    def value(self) -> Decimal | None:
        """As a fraction with 6 decimals; None if there is nothing to divide by or a rate is missing."""
        return self.to_places(6)

    def to_places(self, places: int) -> Decimal | None:
        """The quotient rounded once, for a mean or a display that needs other decimals (R3)."""
        if not self.numerator and self.denominator:
            return rounded(Decimal(0), places) if self.numerator is not None else None
        if not self.denominator or self.numerator is None:
            return None
        with localcontext(prec=EXACT_DIGITS):
            return rounded(Decimal(self.numerator) / Decimal(self.denominator), places)

    @property
    def wilson(self) -> Interval | None:
        """R9: Wilson interval without continuity correction; only for shares of counts."""
        if not isinstance(self.numerator, int) or not self.denominator:
            return None
        with localcontext(prec=EXACT_DIGITS):
            n = Decimal(self.denominator)
            p = self.numerator / n
            centre = p + Z**2 / (2 * n)
            margin = Z * (p * (1 - p) / n + Z**2 / (4 * n**2)).sqrt()
            scale = 1 + Z**2 / n
            return Interval(rounded((centre - margin) / scale, 6), rounded((centre + margin) / scale, 6))


@dataclass(frozen=True, slots=True)
class Nps:
    """K7: 100 x (promoters - detractors) / n in points with 4 decimals, None without answers."""

    promoters: int
    passives: int
    detractors: int

    @property
    def n(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def reason(self) -> str | None:
        return None if self.n else NO_RESPONSES

    @property
    def value(self) -> Decimal | None:
        return Ratio(100 * (self.promoters - self.detractors), self.n, NO_RESPONSES).to_places(4)

    @property
    def margin(self) -> Decimal | None:
        """R9: the margin shown as +/-, in points."""
        if not self.n:
            return None
        with localcontext(prec=EXACT_DIGITS):
            _, margin = self._score(Decimal(0))
            return rounded(margin, 4)

    @property
    def interval(self) -> Interval | None:
        """R9: adjusted Wald, 0.75 more promoters and detractors among 3 more answers; within -100..100."""
        if not self.n:
            return None
        with localcontext(prec=EXACT_DIGITS):
            score, margin = self._score(Decimal("0.75"))
            return Interval(
                rounded(max(score - margin, Decimal(-100)), 4), rounded(min(score + margin, Decimal(100)), 4)
            )

    def _score(self, added: Decimal) -> tuple[Decimal, Decimal]:
        """Score and margin in points with `added` promoters and detractors in 4 x `added` more answers."""
        n = self.n + 4 * added
        p, d = (self.promoters + added) / n, (self.detractors + added) / n
        return 100 * (p - d), 100 * Z * ((p + d - (p - d) ** 2) / n).sqrt()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Every sum of one scope in one window. Money is in the reporting currency, None if a rate is missing (R4).

    All sums but the transfers are additive over clients, members and teams.
    """

    # K4: value, at the opening day's rate; closing at the closing day's, the gap is fx (R4)
    opening_arr: Decimal | None = ZERO
    new_arr: Decimal | None = ZERO
    expansion_arr: Decimal | None = ZERO
    reactivation_arr: Decimal | None = ZERO
    contraction_arr: Decimal | None = ZERO
    churn_arr: Decimal | None = ZERO
    transfer_in_arr: Decimal | None = ZERO
    transfer_out_arr: Decimal | None = ZERO
    fx_arr: Decimal | None = ZERO
    closing_arr: Decimal | None = ZERO
    # Clients of the same waterfall
    opening_clients: int = 0
    new_clients: int = 0
    reactivated_clients: int = 0
    churned_clients: int = 0
    transfer_in_clients: int = 0
    transfer_out_clients: int = 0
    closing_clients: int = 0
    # K1 to K3: the cohort, by the owner of its outcome
    cohort_clients: int = 0
    retained_clients: int = 0
    cohort_opening_arr: Decimal | None = ZERO
    cohort_kept_arr: Decimal | None = ZERO
    cohort_closing_arr: Decimal | None = ZERO
    # K8 and R6
    upsell_arr: Decimal | None = ZERO
    cross_sell_arr: Decimal | None = ZERO
    downsell_arr: Decimal | None = ZERO
    paused_arr: Decimal | None = ZERO
    resumed_arr: Decimal | None = ZERO
    # K5
    renewals_due: int = 0
    renewals_renewed: int = 0
    renewals_lost: int = 0
    renewals_pending: int = 0
    renewal_due_arr: Decimal | None = ZERO
    renewal_kept_arr: Decimal | None = ZERO
    renewal_new_arr: Decimal | None = ZERO
    # K6, K7
    nps_promoters: int = 0
    nps_passives: int = 0
    nps_detractors: int = 0
    csat_n: int = 0
    csat_satisfied: int = 0
    csat_sum: int = 0

    @classmethod
    def of(cls, amounts: Iterable[Any], *, is_missing_fx: bool = False) -> Sums:
        """From the columns SUMS of a row. Money is unknown altogether where a rate is missing."""
        values = dict(zip(SUMS, amounts, strict=True))
        return cls(**values | MISSING_MONEY if is_missing_fx else values)

    def __add__(self, other: Sums) -> Sums:
        """Sum by sum; money of which one part is unknown is unknown."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in SUMS)
        return Sums.of(None if a is None or b is None else a + b for a, b in pairs)

    @classmethod
    def total(cls, parts: Sequence[Sums]) -> Sums:
        """The sums of a scope made of `parts`; all zero without any."""
        first, *others = parts or [cls()]
        return reduce(cls.__add__, others, first)

    def with_net_transfers(self) -> Sums:
        """R7: of a tree of teams only what came in or went out on balance shows, not moves between its teams."""
        values: dict[str, Any] = {name: getattr(self, name) for name in SUMS}
        for kind in ("arr", "clients"):
            into, out = values[f"transfer_in_{kind}"], values[f"transfer_out_{kind}"]
            if into is not None:
                both = min(into, out)
                values |= {f"transfer_in_{kind}": into - both, f"transfer_out_{kind}": out - both}
        return Sums(**values)

    @property
    def is_missing_fx(self) -> bool:
        return self.opening_arr is None

    @property
    def logo_retention(self) -> Ratio:
        """K1."""
        return Ratio(self.retained_clients, self.cohort_clients, NO_OPENING_CLIENTS)

    @property
    def customer_churn_rate(self) -> Ratio:
        """K1: 1 - logo retention."""
        return Ratio(self.cohort_clients - self.retained_clients, self.cohort_clients, NO_OPENING_CLIENTS)

    @property
    def nrr(self) -> Ratio:
        """K2."""
        return Ratio(self.cohort_closing_arr, self.cohort_opening_arr, NO_OPENING_VALUE)

    @property
    def grr(self) -> Ratio:
        """K3."""
        return Ratio(self.cohort_kept_arr, self.cohort_opening_arr, NO_OPENING_VALUE)

    @property
    def net_revenue_churn(self) -> Ratio:
        """K10: 1 - NRR, may be negative."""
        return _rest(self.nrr)

    @property
    def gross_revenue_churn(self) -> Ratio:
        """K10: 1 - GRR."""
        return _rest(self.grr)

    @property
    def renewal_rate_count(self) -> Ratio:
        """K5."""
        return Ratio(self.renewals_renewed, self.renewals_due, NOTHING_DUE)

    @property
    def renewal_rate_gross_value(self) -> Ratio:
        """K5."""
        return Ratio(self.renewal_kept_arr, self.renewal_due_arr, NOTHING_DUE)

    @property
    def renewal_rate_net_value(self) -> Ratio:
        """K5."""
        return Ratio(self.renewal_new_arr, self.renewal_due_arr, NOTHING_DUE)

    @property
    def upsell_rate(self) -> Ratio:
        """K8."""
        return Ratio(self.upsell_arr, self.opening_arr, NO_OPENING_VALUE)

    @property
    def gained_arr(self) -> Decimal | None:
        """K8: upsell and cross-sell, annual; None without a rate."""
        if self.upsell_arr is None or self.cross_sell_arr is None:
            return None
        return self.upsell_arr + self.cross_sell_arr

    @property
    def csat(self) -> Ratio:
        """K6."""
        return Ratio(self.csat_satisfied, self.csat_n, NO_RESPONSES)

    @property
    def csat_mean(self) -> Decimal | None:
        """K6: mean of points with 4 decimals, never the headline."""
        return Ratio(self.csat_sum, self.csat_n, NO_RESPONSES).to_places(4)

    @property
    def nps(self) -> Nps:
        """K7."""
        return Nps(self.nps_promoters, self.nps_passives, self.nps_detractors)


def parts_with_net_transfers(parts: Mapping[int, Sums]) -> dict[int, Sums]:
    """R7: what each part adds to `Sums.total(…).with_net_transfers()`: its balance, on the side of the total."""
    total = Sums.total(list(parts.values()))
    found = dict(parts)
    for kind in ("arr", "clients"):
        sides = [f"transfer_in_{kind}", f"transfer_out_{kind}"]
        if getattr(total, sides[0]) is None:
            continue
        shown, other = sorted(sides, key=lambda side: getattr(total, side), reverse=True)
        found = {key: _on_one_side(sums, shown, other) for key, sums in found.items()}
    return found


def _on_one_side(sums: Sums, shown: str, other: str) -> Sums:
    balance: Any = getattr(sums, shown) - getattr(sums, other)
    return replace(sums, **{shown: balance, other: 0 * balance})


def _rest(ratio: Ratio) -> Ratio:
    """1 - ratio, from the two sums."""
    if ratio.numerator is None or ratio.denominator is None:
        return ratio
    return Ratio(ratio.denominator - ratio.numerator, ratio.denominator, ratio.nothing)


SUMS = tuple(field.name for field in fields(Sums))
MISSING_MONEY: dict[str, Any] = {name: None for name in SUMS if name.endswith("_arr")}
RATIOS = (
    "logo_retention",
    "customer_churn_rate",
    "nrr",
    "grr",
    "net_revenue_churn",
    "gross_revenue_churn",
    "renewal_rate_count",
    "renewal_rate_gross_value",
    "renewal_rate_net_value",
    "upsell_rate",
    "csat",
)
WITH_INTERVAL = ("logo_retention", "renewal_rate_count", "csat")  # shares of counts (R9)


def measures_of(sums: Sums) -> dict[str, Amount]:
    """Every sum and every measure by its name in kpis.md; None = no value."""
    values: dict[str, Amount] = {name: getattr(sums, name) for name in SUMS}
    for name in RATIOS:
        values[name] = getattr(sums, name).value
    for name in WITH_INTERVAL:
        interval = getattr(sums, name).wilson
        values |= _limits(name, interval)
    nps = sums.nps
    values |= {"csat_mean": sums.csat_mean, "nps_n": nps.n, "nps": nps.value, "nps_moe": nps.margin}
    return values | _limits("nps", nps.interval)


def _limits(name: str, interval: Interval | None) -> dict[str, Amount]:
    low, high = (interval.low, interval.high) if interval else (None, None)
    return {f"{name}_lo": low, f"{name}_hi": high}
