"""From a portfolio of a file to its measures: through the models and the code of the nightly job, nothing kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pghistory.models
from django.apps import apps
from django.db import connection, transaction

from accounts.models import Team, User
from contracts.effective import Rules
from contracts.projection import current_rules
from kpis.increments import KEY
from kpis.measures import SUMS, Amount, Sums, measures_of
from kpis.models import Edition, Scope, Snapshot, TargetKind, WindowKind
from kpis.scenarios.knowledge import known_on
from kpis.scenarios.portfolio import Place, Portfolio
from kpis.scenarios.records import Data, Json, Params, Query, Scenario, read, refuse_contradictions
from kpis.snapshots import rebuild, refresh
from kpis.targets import Targets, attainment, distance
from kpis.windows import Question, Window

Measures = dict[str, Amount]
StoredSums = dict[tuple[Any, ...], Sums]
ROOMS = ("accounts", "clients", "contracts", "kpis")


@contextmanager
def apart() -> Iterator[None]:
    """Empty tables in front of the product's own, for the time of this block.

    PostgreSQL looks for a table among the temporary ones first. So nothing that is there is read, locked or
    changed, and no trigger runs: the portfolios are the only ones in the world.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables():
            cursor.execute(
                f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING ALL) ON COMMIT DROP"
            )
        yield
        transaction.set_rollback(True)


def tables() -> list[str]:
    """Of facts and of what is derived from them; not of the change history."""
    configs = [apps.get_app_config(room) for room in ROOMS]
    models = [model for config in configs for model in config.get_models(include_auto_created=True)]
    own = [
        model for model in models if not model._meta.proxy and not issubclass(model, pghistory.models.Event)
    ]
    return [model._meta.db_table for model in own]


def answer_query(scenario: Json, query: Json) -> dict[str, Measures]:
    """The measures of one query by scope name, see `answer_queries`."""
    return answer_queries(scenario, [query])[0]


def answer_queries(scenario: Json, queries: Sequence[Json]) -> list[dict[str, Measures]]:
    """Of each query every measure of every scope, by scope name. Nothing is kept.

    The portfolio is loaded and computed once for all queries that know the same and follow the same rules.
    Run it `apart`: rates and targets of an installation would count as the portfolio's.
    Raises FormatError for a scenario that is not of the format.
    """
    whole = read(Scenario, scenario)
    groups: dict[tuple[date | None, Rules], list[int]] = defaultdict(list)
    asked = [read(Query, query, f"query {query.get('name', '')}") for query in queries]
    for number, query in enumerate(asked):
        groups[query.as_of, _rules(whole.params, query.params)].append(number)
    found: dict[int, dict[str, Measures]] = {}
    for (as_of, rules), numbers in groups.items():
        known = known_on(scenario["data"], whole.data, as_of)
        data = read(Data, known, "data")
        refuse_contradictions(data, known)
        answers = _computed(data, as_of, rules, [asked[number] for number in numbers])
        found |= dict(zip(numbers, answers, strict=True))
    return [found[number] for number in range(len(asked))]


def _computed(
    data: Data, as_of: date | None, rules: Rules, queries: Sequence[Query]
) -> list[dict[str, Measures]]:
    windows = {Window(WindowKind.OTHER, query.first, query.last) for query in queries}
    roles = {query.role for query in queries}
    with transaction.atomic():
        portfolio = Portfolio.load(data, rules.reporting_currency)
        clients = [client.pk for client in portfolio.clients.values()]
        rebuild(clients, rules, max(window.last_day for window in windows))
        refresh(Question(sorted(windows), as_of=as_of, rules=rules, roles=sorted(roles), clients=clients))
        sums = _sums()
        targets = Targets.load_all((kind, window) for window in windows for kind in TargetKind.values)
        answers = [_measures(query, portfolio.places(query.expect), sums, targets) for query in queries]
        transaction.set_rollback(True)
    return answers


def differences(
    expected: Mapping[str, Mapping[str, Any]], got: Mapping[str, Measures]
) -> Iterator[tuple[Any, ...]]:
    """(scope, measure, expected, got) for each value that is not as expected. null = no value, never 0."""
    for scope, values in expected.items():
        for measure, value in values.items():
            actual = got.get(scope, {}).get(measure, "nothing")
            wanted = None if value is None else Decimal(str(value))
            if actual != wanted:
                yield scope, measure, value, actual


def _rules(*params: Params | None) -> Rules:
    """The settings of the installation, overridden by the scenario, overridden by the query."""
    rules = current_rules()
    for each in params:
        given = each.model_dump(exclude_none=True) if each else {}
        if "pause_logo_max_days" in given:
            given["pause_limit_days"] = given.pop("pause_logo_max_days")
        rules = replace(rules, **given)
    return rules


def _sums() -> StoredSums:
    """Every sum of a window that was asked for, by window, role, scope, user and team."""
    rows = Snapshot.objects.filter(kind=WindowKind.OTHER, edition=Edition.CURRENT).values_list(*KEY, *SUMS)
    return {(Window(*row[:3]), *row[3 : len(KEY)]): Sums.of(row[len(KEY) :]) for row in rows}


def _measures(
    query: Query,
    places: Mapping[str, Place],
    sums: StoredSums,
    targets: Mapping[tuple[str, Window], Targets],
) -> dict[str, Measures]:
    window = Window(WindowKind.OTHER, query.first, query.last)
    measures = {}
    for name, (scope, user, team) in places.items():
        place = (scope, user.pk if user else None, team.pk if team else None)
        own = sums.get((window, query.role, *place), Sums())
        measures[name] = measures_of(own)
        for kind in TargetKind.values:
            of_kind = targets[kind, window]
            measures[name] |= _attained(of_kind, _target(of_kind, scope, user, team), own)
    return measures


def _attained(targets: Targets, target: Decimal | None, sums: Sums) -> Measures:
    kind = targets.kind
    reached = attainment(kind, target, sums).value if kind.is_additive else distance(kind, target, sums)
    return {f"target_{kind}": target, f"attainment_{kind}": reached}


def _target(targets: Targets, scope: Scope, user: User | None, team: Team | None) -> Decimal | None:
    if scope == Scope.COMPANY:
        return targets.for_company()
    if user:
        return targets.for_user(user)
    return targets.for_team(team) if team else None
