"""Worked portfolios in a file, computed by the product itself (kpis.md section 3). For the command `kpi_scenarios`."""

from kpis.scenarios.answers import Measures, answer_queries, answer_query, apart, differences, tables
from kpis.scenarios.records import FormatError, Json

__all__ = [
    "FormatError",
    "Json",
    "Measures",
    "answer_queries",
    "answer_query",
    "apart",
    "differences",
    "tables",
]
