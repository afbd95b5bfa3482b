"""What each KPI means, in words for people (kpis.md section 4), with an example that the engine itself computes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from kpis.scenarios import Measures, answer_query, apart

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = _StrPromise
EXAMPLES = Path(__file__).parent / "examples.json"


@dataclass(frozen=True)
class Example:
    """A portfolio of EXAMPLES and what its company's numbers say; `shows` are measures by their names in kpis.md."""

    scenario: str
    query: str
    story: "Text"
    shows: tuple[tuple[str, "Text"], ...]


@dataclass(frozen=True)
class Definition:
    """One KPI: two sentences, the formula, what counts and what does not. `key` is its place on the page."""

    key: str
    name: "Text"
    meaning: "Text"
    formula: "Text"
    counts: "Text"
    leaves_out: "Text"
    example: Example


DEFINITIONS = (
    Definition(
        key="value",
        name=_("Monthly value (MRR)"),
        meaning=_(
            "What the running recurring contracts are worth a month, before VAT. A contract counts in full from"
            " its first day to its last, whenever it is invoiced or paid."
        ),
        formula=_("Annual value ÷ 12; annual value = price × 12 a month, × 4 a quarter, × 1 a year, by line"),
        counts=_(
            "Every signed line on the days it is in effect, also in the 30 days of grace after an end without a"
            " decision; other currencies at the day's rate."
        ),
        leaves_out=_("Drafts, one-off fees, VAT, and lines on the days they are paused."),
        example=Example(
            "P02",
            "february",
            _("A contract of Rp5 million a month starts on 15 February."),
            (("opening_arr", _("Opening value")), ("closing_arr", _("Closing value"))),
        ),
    ),
    Definition(
        key="logo_retention",
        name=_("Client retention"),
        meaning=_(
            "How many of the clients that were there at the beginning are still there at the end. It says"
            " whether clients stay, however much they pay."
        ),
        formula=_(
            "Clients active at both ends ÷ clients active at the beginning; churn rate = 1 − retention"
        ),
        counts=_(
            "Clients with a running recurring contract, also in the 30 days of grace after its end and in the"
            " first 90 days of a pause. Gone and back within the window counts as stayed."
        ),
        leaves_out=_(
            "Clients that are new in the window, prospects, drafts, and clients with one-off fees only."
        ),
        example=Example(
            "P10",
            "august",
            _("Four clients begin August; the contract of one is terminated with 20 August as its last day."),
            (
                ("retained_clients", _("Stayed")),
                ("cohort_clients", _("There at the beginning")),
                ("logo_retention", _("Client retention")),
            ),
        ),
    ),
    Definition(
        key="nrr",
        name=_("Net revenue retention (NRR)"),
        meaning=_(
            "What the clients of the beginning are worth at the end, compared with the beginning. Above 100%"
            " they grew by more than was lost."
        ),
        formula=_("Closing value of the clients of the beginning ÷ their opening value"),
        counts=_("Upsell, cross-sell, price rises, downgrades, pauses and churn of clients that had value."),
        leaves_out=_("New clients, clients that come back from outside, and movements of exchange rates."),
        example=Example(
            "P03",
            "april",
            _("A client moves in April from an edition of Rp10 million a month to one of Rp12.5 million."),
            (
                ("cohort_closing_arr", _("Value at the end")),
                ("cohort_opening_arr", _("Value at the beginning")),
                ("nrr", _("Net revenue retention (NRR)")),
            ),
        ),
    ),
    Definition(
        key="grr",
        name=_("Gross revenue retention (GRR)"),
        meaning=_(
            "How much of the value of the beginning was kept, growth left aside. One client's growth never"
            " hides the loss of another, so it is never above 100%."
        ),
        formula=_("Sum per client of the smaller of opening and closing value ÷ opening value"),
        counts=_("Downgrades, pauses and churn."),
        leaves_out=_("Upsell, cross-sell, new clients and movements of exchange rates."),
        example=Example(
            "P05",
            "june",
            _("Of two clients one lowers its contract in June from Rp10 million to Rp7 million a month."),
            (
                ("cohort_kept_arr", _("Value kept")),
                ("cohort_opening_arr", _("Value at the beginning")),
                ("grr", _("Gross revenue retention (GRR)")),
            ),
        ),
    ),
    Definition(
        key="movements",
        name=_("Movements of value"),
        meaning=_(
            "How opening value becomes closing value, event by event. Ratios compare the two ends, movements"
            " count what happened in between, so they need not agree line by line."
        ),
        formula=_(
            "Opening + new + expansion + reactivation − contraction − churn ± handed over ± exchange rates = closing"
        ),
        counts=_(
            "Every change of a recurring value on the day it takes effect, all lines of a client netted."
        ),
        leaves_out=_("One-off fees, invoices and payments, VAT."),
        example=Example(
            "P10",
            "august",
            _("Four clients begin August; the contract of one is terminated with 20 August as its last day."),
            (
                ("opening_arr", _("Opening value")),
                ("churn_arr", _("Churn")),
                ("closing_arr", _("Closing value")),
            ),
        ),
    ),
    Definition(
        key="renewal_rate",
        name=_("Renewal rate"),
        meaning=_(
            "How many of the contracts that came to the end of a term were renewed, by number and by value. It"
            " looks at decisions only, so read it beside retention."
        ),
        formula=_("Renewed ÷ (renewed + lost); by value: value after ÷ value before"),
        counts=_(
            "Terms that end in the window, also by renewing themselves; a renewal within the 30 days of grace."
        ),
        leaves_out=_(
            "Contracts terminated before their end, without an end, or with one-off fees; decisions still open."
        ),
        example=Example(
            "P23",
            "june",
            _(
                "Ten contracts of Rp1 million a month end in June: eight are renewed, one of them at Rp4 million, two"
                " not."
            ),
            (
                ("renewals_renewed", _("Renewed")),
                ("renewals_due", _("Due")),
                ("renewal_rate_count", _("Renewal rate by number")),
                ("renewal_rate_net_value", _("Renewal rate by value")),
            ),
        ),
    ),
    Definition(
        key="upsell",
        name=_("Upsell and cross-sell"),
        meaning=_(
            "What existing clients buy more of. More of a product family they hold is upsell, a family new to them is"
            " cross-sell."
        ),
        formula=_("Sum of the increases per client and product family, on the day they take effect"),
        counts=_("More quantity, a dearer edition, a higher price, another product."),
        leaves_out=_("The first day of new and returning clients, resumed pauses, one-off fees."),
        example=Example(
            "P04",
            "may",
            _("A client with a CRM of Rp10 million a month adds WhatsApp for Rp4 million a month in May."),
            (
                ("upsell_arr", _("Upsell")),
                ("cross_sell_arr", _("Cross-sell")),
            ),
        ),
    ),
    Definition(
        key="csat",
        name="CSAT",  # type: ignore[arg-type] # a name
        meaning=_(
            "How many answers to “How satisfied are you?” are 4 or 5 of 5. Every answer counts, as it rates an"
            " experience."
        ),
        formula=_("Answers of 4 and 5 ÷ all answers"),
        counts=_("Every answer on its day in Jakarta, also of clients that are no longer active."),
        leaves_out=_("Nothing; below 10 answers no percentage is shown."),
        example=Example(
            "P22",
            "may",
            _("107 answers in May, 74 of them 4 or 5."),
            (
                ("csat_satisfied", _("Satisfied")),
                ("csat_n", _("Answers")),
                ("csat", "CSAT"),  # type: ignore[arg-type] # a name
            ),
        ),
    ),
    Definition(
        key="nps",
        name="NPS",  # type: ignore[arg-type] # a name
        meaning=_(
            "How many people would recommend us, less those who would not, between −100 and 100 points. Of each"
            " contact the latest answer in the window counts."
        ),
        formula=_("100 × (promoters 9–10 − detractors 0–6) ÷ answers"),
        counts=_("The latest answer of each contact, on its day in Jakarta."),
        leaves_out=_("Earlier answers of the same contact; below 10 answers no score is shown."),
        example=Example(
            "P21",
            "q1",
            _(
                "Eight contacts answer in the first quarter; one of them twice, first with 6 and later with 9."
            ),
            (
                ("nps_promoters", _("Promoters")),
                ("nps_detractors", _("Detractors")),
                ("nps_n", _("Answers")),
                ("nps", "NPS"),  # type: ignore[arg-type] # a name
            ),
        ),
    ),
    Definition(
        key="targets",
        name=_("Attainment of targets"),
        meaning=_(
            "What was reached of a target set for exactly this window. Numbers and value add up from people to"
            " team and company; rates are compared in points."
        ),
        formula=_("Reached ÷ target, not capped at 100%"),
        counts=_("A person's own target; a team's own, else the sum of its people's; so up to the company."),
        leaves_out=_("Clients that come back do not count as new; a target of 0 gives no attainment."),
        example=Example(
            "P24",
            "september",
            _("Two teams aim at 3 and 4 active clients, 7 together; at the end of September there are 3."),
            (
                ("closing_clients", _("Active clients")),
                ("target_active_clients", _("Target")),
                ("attainment_active_clients", _("Attainment of targets")),
            ),
        ),
    ),
)

BY_KEY = {each.key: each for each in DEFINITIONS}


@cache
def worked_examples() -> dict[str, Measures]:
    """The company's measures behind each definition's example, by its key; computed once per process."""
    with apart():
        return dict(_worked_examples())


def _worked_examples() -> Iterator[tuple[str, Measures]]:
    scenarios = {each["id"]: each for each in json.loads(EXAMPLES.read_text())["scenarios"]}
    for definition in DEFINITIONS:
        scenario = scenarios[definition.example.scenario]
        query = next(each for each in scenario["queries"] if each["name"] == definition.example.query)
        yield definition.key, answer_query(scenario, query)["company"]
