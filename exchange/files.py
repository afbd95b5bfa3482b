"""Templates and reports as files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from exchange.datasets import DATASETS, Dataset
from exchange.models import Import
from portfolio.exports import export, export_sheets


def template(dataset: Dataset, kind: str) -> HttpResponse:
    """Headings with an example; the XLSX has a second sheet that explains each column."""
    head = [_heading(column) for column in dataset.columns]
    example = [column.example for column in dataset.columns]
    name = f"setia-{dataset.slug}"
    if kind == "csv":
        return export([head, example], name, kind)
    explained = [[_("Column"), _("Expected"), _("Required"), _("Explanation")]]
    explained += [
        [str(c.label), c.kind.expected, _("yes") if c.is_required else "", str(c.about)]
        for c in dataset.columns
    ]
    return export_sheets({str(dataset.label): [head, example], _("Explanation"): explained}, name)


def report(job: Import, kind: str) -> HttpResponse:
    """Every line with what came of it, and the cells as they stood in the file."""
    return export(_report_rows(job), f"import-{job.pk}", kind)


def _report_rows(job: Import) -> Iterator[list[Any]]:
    dataset = DATASETS[job.dataset]
    used = [
        column
        for column in dataset.columns
        if column.name in {**job.mapping["places"], **job.mapping["fixed"]}
    ]
    labels = {column.name: str(column.label) for column in dataset.columns}
    yield [_("Line"), _("Outcome"), _("Errors"), _("Changes"), _("Remarks"), *(str(c.label) for c in used)]
    for line in job.lines.iterator(1000):
        yield [
            line.number,
            line.get_outcome_display(),
            "\n".join(
                f"{labels.get(column, '')}: {text}".removeprefix(": ") for column, text in line.problems
            ),
            "\n".join(f"{labels[column]}: {old} → {new}" for column, old, new in line.changes),
            "\n".join(line.hints),
            *(line.cells.get(column.name, "") for column in used),
        ]


def _heading(column: Any) -> str:
    return f"{column.label} *" if column.is_required else str(column.label)
