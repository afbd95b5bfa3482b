"""The site and, beside it, the yardstick: a list as plain as Django can make it. Pinned.

Five statements (session, user, count, rows, sums), one template, no library for tables or forms, nobody's rights. The
bars of speed are multiples of its time in the same run, so that they hold on any machine.
"""

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import include, path

from clients.models import Client

TEMPLATE = Engine(builtins=["django.template.defaultfilters"]).from_string(
    """<!doctype html><html lang="id"><head><title>Klien</title></head><body><h1>Klien</h1>
<p>{{ user.full_name }}: {{ page.paginator.count }} klien, Rp{{ annual|floatformat:"0g" }}</p>
<table>{% for client in page %}<tr>
<td><a href="/clients/{{ client.pk }}/">{{ client.legal_name }}</a> {{ client.brand_name }} {{ client.city }}</td>
<td>{{ client.tier }}</td><td>{{ client.standing.status }}</td>
<td>Rp{{ client.standing.annual_value|floatformat:"0g" }}</td>
<td>{{ client.standing.next_deadline|date:"j M Y" }}</td><td>{{ client.standing.next_term_end|date:"j M Y" }}</td>
</tr>{% endfor %}</table></body></html>"""
)


def plain_list(request: HttpRequest) -> HttpResponse:
    rows = Client.objects.select_related("standing").order_by("legal_name", "pk")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    annual = Client.objects.aggregate(annual=Sum("standing__annual_value"))["annual"]
    return HttpResponse(TEMPLATE.render(Context({"user": request.user, "page": page, "annual": annual})))


urlpatterns = [path("plain/", plain_list), path("", include("config.urls"))]
