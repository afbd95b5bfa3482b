from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.days import today
from accounts.http import AuthenticatedRequest
from clients.duplicates import with_alike
from clients.gate import client_for, leads_on
from clients.models import Answer, Assignment, Client, Contact, Interaction, Task, access
from contracts.bar import card_of
from contracts.models import Contract
from kpis.signals import assess, watched
from portfolio.history import events_of, readable

TIMELINE = 10
PAGE = 50


@require_safe
@leads_on
def client_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    day = today()
    seen = Client.objects.visible_to(request.user).select_related("standing", "parent")
    group = Client.objects.visible_to(request.user).filter(pk=OuterRef("parent"))
    seen = seen.with_owner(day).with_last_contact().annotate(sees_parent=Exists(group))
    seen = with_alike(seen.with_acts(request.user, day), request.user)
    client: Any = get_object_or_404(seen, pk=pk)  # Any: for the annotations
    acts = access.acts(request.user, leads=client.is_led, roles=client.own_roles)
    context = {
        "client": client,
        "standing": getattr(client, "standing", None),
        "parent": client.parent if client.sees_parent else None,
        "acts": acts,
        "contacts": Contact.objects.filter(client=client),
        "assignments": Assignment.objects.filter(client=client).select_related("user"),
        "contracts": [card_of(contract, day) for contract in Contract.objects.for_card(client, day)],
        "tasks": Task.objects.open().filter(client=client).select_related("owner"),
        "timeline": Interaction.objects.for_timeline(client, request.user, timezone.now())[: TIMELINE + 1],
        "timeline_length": TIMELINE,
        "timeline_slice": f":{TIMELINE}",
        "answers": Answer.objects.filter(client=client).select_related("survey", "contact")[:5],
        "assessment": next(iter(assess(watched(Client.objects.filter(pk=client.pk)), day)), None),
        "alike": [Client(**each) for each in client.alike] if acts["edit"] else [],
        "may_merge": access.may_merge_clients(request.user),
        "today": day,
    }
    return render(request, "portfolio/client_page.html", context)


@require_safe
@leads_on
def client_timeline(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    client = client_for(request.user, pk)
    rows = Interaction.objects.for_timeline(client, request.user, timezone.now())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "portfolio/client_timeline.html", {"client": client, "page": page})


@require_safe
@leads_on
def client_history(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    client = client_for(request.user, pk)
    contracts = list(Contract.objects.filter(client=client))
    page = Paginator(events_of(client, contracts), PAGE).get_page(request.GET.get("page"))
    context = {
        "client": client,
        "page": page,
        "changes": readable(page.object_list, request.user, [client, *contracts]),
    }
    return render(request, "portfolio/client_history.html", context)
