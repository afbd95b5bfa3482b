"""A second try where somebody wrote at the same moment."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection
from psycopg import errors

TRIES = 3

Given = ParamSpec("Given")
Result = TypeVar("Result")


def again(act: Callable[Given, Result]) -> Callable[Given, Result]:
    """Try `act`, which runs in a transaction of its own, up to TRIES times.

    A row that was added to a merged client in between breaks its foreign key, and a rebuild of its numbers at the same
    moment may wait for us as we wait for it; neither happens twice to the same rows.
    """

    @wraps(act)
    def patient(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        for _try in range(TRIES - 1):
            try:
                return act(*args, **kwargs)
            except (IntegrityError, OperationalError) as error:
                passing = (errors.ForeignKeyViolation, errors.DeadlockDetected)
                if connection.in_atomic_block or not isinstance(error.__cause__, passing):
                    raise
        return act(*args, **kwargs)

    return patient
