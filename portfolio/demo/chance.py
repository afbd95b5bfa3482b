"""Chance that is the same every time: a stream of random numbers per subject, so that none disturbs another."""

from collections.abc import Mapping, Sequence
from random import Random
from statistics import NormalDist
from typing import TypeVar

SEED = 20261121
T = TypeVar("T")


def stream(*subject: object) -> Random:
    """The random numbers of one subject."""
    return Random(f"{SEED}:{':'.join(map(str, subject))}")  # noqa: S311 - invented data, nothing secret


def weighted(rng: Random, weights: Mapping[T, float]) -> T:
    """One key of `weights`, with the chance of its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def deck(rng: Random, weights: Mapping[T, float], count: int) -> list[T]:
    """`count` keys, each as often as its weight says, shuffled: a share without the luck of single draws."""
    total, seen = sum(weights.values()), 0.0
    cards: list[T] = []
    for key, weight in weights.items():
        seen += weight
        cards += [key] * (round(count * seen / total) - len(cards))
    rng.shuffle(cards)
    return cards


def bell(rng: Random, count: int) -> list[float]:
    """`count` standard normal values at even quantiles, shuffled."""
    values = [NormalDist().inv_cdf((number + 0.5) / count) for number in range(count)]
    rng.shuffle(values)
    return values


def several(rng: Random, mean: float) -> int:
    """A whole number around `mean`: its floor or one more or one less, with `mean` as the average."""
    whole = int(mean)
    count = whole + (rng.random() < mean - whole)
    return count + rng.choice((-1, 0, 0, 1)) if count else count


def pick(rng: Random, items: Sequence[T], count: int) -> list[T]:
    """Up to `count` different items."""
    return rng.sample(items, min(count, len(items)))
