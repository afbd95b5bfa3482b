"""Filters of the lists; what the address holds is what the list shows and what the export writes."""

from datetime import timedelta
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.days import today
from accounts.models import Tier, User
from clients.models import Assignment, Client, Task
from clients.models.client import Industry
from clients.models.task import TaskQuerySet
from contracts.models import ClientStanding, ContractTerm, TermState
from kpis.signals import DECISION_DAYS, SIGNALS, assess, watched
from portfolio.viewpoints import people_of, teams_seen_by

NOBODY = "none"


class ClientFilter(filters.FilterSet):  # type: ignore[misc] # django-filter has no types
    q = filters.CharFilter(label=_("Name"), method="search")
    status = filters.ChoiceFilter(
        label=_("Status"),
        field_name="standing__status",
        choices=ClientStanding.Status.choices,
        empty_label=_("All"),
    )
    tier = filters.ChoiceFilter(label=_("Tier"), choices=Tier.choices, empty_label=_("All"))
    industry = filters.ChoiceFilter(label=_("Industry"), choices=Industry.choices, empty_label=_("All"))
    owner = filters.ChoiceFilter(label=_("Responsible"), method="owned_by", empty_label=_("All"))
    ends = filters.ChoiceFilter(
        label=_("Binding date"),
        method="ends_within",
        choices=[(str(n), _("Within %(n)d days") % {"n": n}) for n in (30, 60, 90)],
        empty_label=_("All"),
    )
    quiet = filters.ChoiceFilter(
        label=_("Last contact"),
        method="quiet_for",
        choices=[(str(n), _("Over %(n)d days ago") % {"n": n}) for n in (30, 60, 90)],
        empty_label=_("All"),
    )

    signal = filters.ChoiceFilter(
        label=_("Signal"),
        method="with_signal",
        choices=[
            ("risk", _("At risk")),
            ("any", _("Any signal")),
            *((signal.name, signal.label) for signal in SIGNALS),
        ],
        empty_label=_("All"),
    )

    class Meta:
        model = Client
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["owner"].extra["choices"] = _owners_seen_by(user)

    def search(self, clients: QuerySet[Client], name: str, words: str) -> QuerySet[Client]:
        found: QuerySet[Client] = clients.search(words)  # type: ignore[attr-defined] # a ClientQuerySet
        return found

    def owned_by(self, clients: QuerySet[Client], name: str, owner: str) -> QuerySet[Client]:
        current = Assignment.objects.on(today()).filter(role__in=Assignment.Role.owning())
        if owner == NOBODY:
            return clients.exclude(pk__in=current.values("client"))
        return clients.filter(pk__in=current.filter(user=owner).values("client"))

    def ends_within(self, clients: QuerySet[Client], name: str, days: str) -> QuerySet[Client]:
        """Undecided terms whose binding date comes in so many days, today and overdue ones included."""
        return clients.filter(standing__next_deadline__lte=today() + timedelta(days=int(days)))

    def quiet_for(self, clients: QuerySet[Client], name: str, days: str) -> QuerySet[Client]:
        since = timezone.now() - timedelta(days=int(days))
        return clients.exclude(interactions__happened_at__gte=since)

    def with_signal(self, clients: QuerySet[Client], name: str, signal: str) -> QuerySet[Client]:
        """Clients of which the signal is raised today; unknown ones are not among them."""
        found = [
            each.client.pk
            for each in assess(watched(clients), today())
            if (signal == "risk" and each.is_at_risk)
            or (signal == "any" and each.raised)
            or signal in {raised.name for raised in each.raised}
        ]
        return clients.filter(pk__in=found)


class TaskFilter(filters.FilterSet):  # type: ignore[misc] # django-filter has no types
    q = filters.CharFilter(label=_("Task or client"), method="search")
    state = filters.ChoiceFilter(
        label=pgettext_lazy("task", "State"),
        method="in_state",
        choices=[
            ("", pgettext_lazy("task state", "Open")),
            ("due", pgettext_lazy("task state", "Due")),
            ("overdue", pgettext_lazy("task state", "Overdue")),
            ("snoozed", pgettext_lazy("task state", "Put off")),
            ("done", pgettext_lazy("task state", "Done")),
            ("all", _("All")),
        ],
        empty_label=None,
    )

    class Meta:
        model = Task
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def search(self, tasks: QuerySet[Task], name: str, words: str) -> QuerySet[Task]:
        return tasks.filter(Q(title__icontains=words) | Q(client__legal_name__icontains=words))

    def filter_queryset(self, tasks: TaskQuerySet) -> TaskQuerySet:
        """Open ones, unless another state is asked for."""
        found: TaskQuerySet = super().filter_queryset(tasks)
        return found if self.form.cleaned_data.get("state") else found.filter(done_at__isnull=True)

    def in_state(self, tasks: TaskQuerySet, name: str, state: str) -> TaskQuerySet:
        day = today()
        still_open = tasks.filter(done_at__isnull=True)
        return {
            "due": tasks.due_by(day),
            "overdue": still_open.filter(due_on__lt=day),
            "snoozed": still_open.filter(snoozed_until__gt=day),
            "done": tasks.filter(done_at__isnull=False),
            "all": tasks,
        }[state]


class RenewalFilter(filters.FilterSet):  # type: ignore[misc] # django-filter has no types
    days = filters.ChoiceFilter(
        label=_("Binding date"),
        method="within",
        choices=[(str(n), _("Within %(n)d days") % {"n": n}) for n in (DECISION_DAYS, 60, 90)],
        empty_label=_("All"),
    )
    owner = filters.ChoiceFilter(label=_("Responsible"), method="owned_by", empty_label=_("All"))
    state = filters.ChoiceFilter(
        label=pgettext_lazy("renewal", "State"),
        field_name="state",
        choices=TermState.choices,
        empty_label=_("All"),
    )
    q = filters.CharFilter(label=_("Client or contract number"), method="search")

    class Meta:
        model = ContractTerm
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["owner"].extra["choices"] = _owners_seen_by(user)

    def within(self, terms: QuerySet[Any], name: str, days: str) -> QuerySet[Any]:
        """Terms whose binding date comes in so many days, passed ones included."""
        return terms.filter(binding__lte=today() + timedelta(days=int(days)))

    def owned_by(self, terms: QuerySet[Any], name: str, owner: str) -> QuerySet[Any]:
        return terms.filter(owner_id=None if owner == NOBODY else owner)

    def search(self, terms: QuerySet[ContractTerm], name: str, words: str) -> QuerySet[ContractTerm]:
        return terms.filter(Q(client__legal_name__icontains=words) | Q(contract__number__icontains=words))


def _owners_seen_by(user: User) -> list[tuple[str, Any]]:
    """Me first, then owners of clients that `user` may see and people whose numbers she may see, then nobody."""
    day = today()
    current = Assignment.objects.visible_to(user).on(day).filter(role__in=Assignment.Role.owning())
    people = User.objects.filter(pk__in=current.values("user")) | people_of(teams_seen_by(user, day), day)
    people = people.exclude(pk=user.pk)
    return [
        (str(user.pk), _("Me")),
        *((str(pk), name) for pk, name in people.values_list("pk", "full_name")),
        (NOBODY, _("Nobody")),
    ]
