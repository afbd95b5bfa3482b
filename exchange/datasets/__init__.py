"""Kinds of rows that come from and go to files and other systems, in the order in which a company brings them."""

from exchange.datasets.answers import AnswerDataset
from exchange.datasets.assignments import AssignmentDataset
from exchange.datasets.base import Change, Column, Dataset, Entry, Piece, Problem
from exchange.datasets.clients import ClientDataset
from exchange.datasets.contacts import ContactDataset
from exchange.datasets.contracts import ContractDataset
from exchange.datasets.people import PeopleDataset
from exchange.datasets.products import ProductDataset
from exchange.datasets.rates import RateDataset
from exchange.datasets.targets import TargetDataset

__all__ = ["DATASETS", "Change", "Column", "Dataset", "Entry", "Piece", "Problem"]

DATASETS: dict[str, Dataset] = {
    dataset.slug: dataset
    for dataset in (
        PeopleDataset(),
        ProductDataset(),
        ClientDataset(),
        ContactDataset(),
        RateDataset(),
        ContractDataset(),
        AssignmentDataset(),
        AnswerDataset(),
        TargetDataset(),
    )
}
