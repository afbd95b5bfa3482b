"""What goes over the wire: one shape per dataset, made from its columns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, StringConstraints, create_model

from exchange.datasets import Column, Dataset
from exchange.datasets.kinds import Day, Number, Whole, YesNo

MOST_ROWS = 500  # of one request
TEXT = Annotated[str, StringConstraints(max_length=5000)]
# A number may come as text, because JSON numbers lose digits in many programs.
TYPES: tuple[tuple[type, Any, Any], ...] = (
    (YesNo, bool, bool),
    (Whole, int, Annotated[int, Field(ge=-(2**31), lt=2**31)]),
    (Number, str, Decimal | TEXT),
    (Day, date, TEXT),
)


class Change(Schema):
    column: str
    old: str
    new: str


class Problem(Schema):
    column: str = Field(description="Empty: the row as a whole.")
    text: str


class Line(Schema):
    """What came of one row."""

    row: int = Field(description="Its place in the request, the first is 1.")
    outcome: Literal["created", "changed", "unchanged", "error", "left_out"]
    changes: list[Change]
    problems: list[Problem]
    hints: list[str]


class Outcome(Schema):
    """Everything was taken over, or, with dry_run, would be."""

    created: int
    changed: int
    unchanged: int
    lines: list[Line]


class Refusal(Schema):
    """Nothing was taken over."""

    detail: Any
    lines: list[Line] = []


class Error(Schema):
    detail: str


def row_read(dataset: Dataset) -> type[Schema]:
    """A row as it is given."""
    fields: dict[str, Any] = {
        column.name: (_type(column, 1) | None, Field(None, title=column.name, description=_about(column)))
        for column in dataset.columns
    }
    return create_model(f"{dataset.slug.title()}Row", __base__=Schema, **fields)


def batch_of(dataset: Dataset) -> type[Schema]:
    """Rows as they are taken: what is left out stays as it is, null empties."""
    fields: dict[str, Any] = {
        column.name: (_type(column, 2) | None, Field(None, title=column.name, description=_about(column)))
        for column in dataset.columns
    }
    strict = ConfigDict(extra="forbid")
    row = create_model(f"{dataset.slug.title()}Change", __config__=strict, **fields)
    rows = Annotated[list[row], Field(min_length=1, max_length=MOST_ROWS)]  # type: ignore[valid-type] # made above
    return create_model(
        f"{dataset.slug.title()}Batch", __config__=strict, rows=(rows, ...), dry_run=(bool, Field(False))
    )  # type: ignore[return-value] # a model is what ninja needs


def page_of(dataset: Dataset) -> type[Schema]:
    """Some rows, and where there are more."""
    row = row_read(dataset)
    return create_model(
        f"{dataset.slug.title()}Page",
        __base__=Schema,
        count=(int, Field(description="Of all pages; a contract counts once, however many lines it has.")),
        page=(int, ...),
        pages=(int, ...),
        rows=(list[row], ...),  # type: ignore[valid-type] # made above
    )


def _type(column: Column, at: int) -> Any:
    return next((types[at] for types in TYPES if isinstance(column.kind, types[0])), TEXT if at == 2 else str)


def _about(column: Column) -> str:
    """In English, whoever asks."""
    return ". ".join(filter(None, [str(column.about or "").rstrip("."), column.kind.expected]))
