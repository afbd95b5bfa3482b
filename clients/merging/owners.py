"""Whose assignment counts on which days, where both clients had one.

A role that only one person can have on a day (AM, AE) stays with the survivor's; on days on which the survivor had
nobody, the other's applies. The same holds for a person who had a role at both.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from clients.models import Assignment

ONE_DAY = timedelta(days=1)
Range = tuple[date, date | None]  # both ends included, None = open


@dataclass(frozen=True)
class Share:
    """What of an assignment of the merged client applies at the survivor: nothing, all of it, or some of its days."""

    assignment: Assignment
    days: list[Range]

    @property
    def is_whole(self) -> bool:
        return self.days == [(self.assignment.start, self.assignment.end)]


def shares(kept: int, removed: int) -> list[Share]:
    """For every assignment of the merged client (primary keys), oldest first. One statement."""
    both = Assignment.objects.filter(client__in=[kept, removed]).select_related("user")
    rows = list(both.order_by("start", "pk"))
    ours = [each for each in rows if each.client_id == kept]
    return [
        Share(
            theirs,
            _free(
                (theirs.start, theirs.end), [(our.start, our.end) for our in ours if _excludes(our, theirs)]
            ),
        )
        for theirs in rows
        if theirs.client_id == removed
    ]


def _excludes(our: Assignment, their: Assignment) -> bool:
    """Whether the database allows no day on which a client has both (assignment_one_owner_per_role, …_person_once…)."""
    return our.role == their.role and (our.role in Assignment.Role.owning() or our.user_id == their.user_id)


def _free(days: Range, taken: list[Range]) -> list[Range]:
    """The parts of `days` that are not in `taken` (in order of their beginning)."""
    free: list[Range] = []
    first, last = days
    for start, end in taken:
        if (end is not None and end < first) or (last is not None and start > last):
            continue
        if start > first:
            free.append((first, start - ONE_DAY))
        if end is None:
            return free
        first = end + ONE_DAY
    return [*free, (first, last)] if last is None or first <= last else free
