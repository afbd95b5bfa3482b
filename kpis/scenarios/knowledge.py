"""What was known of a portfolio on a day: records by the day they were entered, then later amendments in order."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any

from kpis.scenarios.records import Amendment, Data, FormatError, Json, Record, read

ENTITIES = {
    "client": "clients",
    "contract": "contracts",
    "assignment": "assignments",
    "team_membership": "team_memberships",
    "survey": "surveys",
    "target": "targets",
    "fx": "fx",
}


def known_on(content: Json, data: Data, as_of: date | None) -> Json:
    """What was recorded by a day (None = everything), amendments applied in order of (recorded_on, seq).

    `data` is `content`, read. Raises FormatError for an amendment of a record that is not there.
    """
    known: Json = _recorded_by(deepcopy(content), as_of)
    amendments = [each for each in data.amendments if not _is_later(each.recorded_on, as_of)]
    for amendment in sorted(amendments, key=lambda each: (each.recorded_on or date.min, each.seq)):
        _amend(known, amendment)
    return known


def _recorded_by(value: Any, as_of: date | None) -> Any:
    """The value without the records, at any depth, that were recorded later."""
    if isinstance(value, dict):
        return {key: _recorded_by(part, as_of) for key, part in value.items()}
    if isinstance(value, list):
        return [_recorded_by(part, as_of) for part in value if not _is_later(_recorded_on(part), as_of)]
    return value


def _recorded_on(record: Any) -> date | None:
    return read(Record, record).recorded_on if isinstance(record, dict) else None


def _is_later(recorded_on: date | None, as_of: date | None) -> bool:
    return as_of is not None and recorded_on is not None and recorded_on > as_of


def _amend(known: Json, amendment: Amendment) -> None:
    found = False
    for records in _lists_of(known, amendment):
        if amendment.op == "insert":
            records.append(amendment.set | {"id": amendment.id})
            return
        for record in [record for record in records if record.get("id") == amendment.id]:
            found = True
            if amendment.op == "update":
                record.update(amendment.set)
            else:
                records.remove(record)
    if not found:
        raise FormatError(
            f"data, amendments {amendment.id}, id: there is no {amendment.entity} {amendment.id}"
        )


def _lists_of(known: Json, amendment: Amendment) -> Iterator[list[Json]]:
    """The lists that may hold the amended record: for a new line its contract's, else every contract's."""
    if amendment.entity != "line":
        yield known.setdefault(ENTITIES[amendment.entity], [])
        return
    for contract in known.get("contracts", []):
        if amendment.op != "insert" or contract["id"] == amendment.set.get("contract"):
            yield contract.setdefault("lines", [])
