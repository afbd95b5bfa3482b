from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from clients.models import Client, Contact
from contracts.models import Contract

MOST = 20


@require_safe
def search(request: AuthenticatedRequest) -> HttpResponse:
    """Clients by name, brand or NPWP; contacts by name or phone; contracts by number. Visible ones only."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = {"clients": [], "contacts": [], "contracts": []} if not words else _found(request, words)
    return render(request, "portfolio/search.html", {"q": words, **found, "most": MOST})


def _found(request: AuthenticatedRequest, words: str) -> dict[str, object]:
    user = request.user
    return {
        "clients": Client.objects.visible_to(user).search_all(words)[:MOST],
        "contacts": Contact.objects.visible_to(user).search(words).select_related("client")[:MOST],
        "contracts": Contract.objects.visible_to(user)
        .filter(number__icontains=words)
        .select_related("client")[:MOST],
    }
