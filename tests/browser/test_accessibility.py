"""Every page, in both languages, both themes, wide and narrow: no axe violation, no error in the console, no overflow.

A new page is one line in PAGES. `url` is called with the Site, so that it can name rows of its cast.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response

from accounts.models import User
from clients.models import Client, ClientMerge
from exchange.models import Import
from kpis.models import MonthClose, Snapshot
from tests.browser.conftest import Site

AXE = Axe.from_file(settings.NODE_MODULES / "axe-core" / "axe.min.js")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


@dataclass(frozen=True)
class Visit:
    """A page as somebody sees it: `who` is a name of the cast, "" for a stranger."""

    name: str
    url: Callable[[Site], str]
    who: str = "lead"
    status: int = 200


def of_client(name: str) -> Visit:
    """A page of the owner's client, as the owner sees it."""
    return Visit(name, lambda site: reverse(name, args=[site.cast.client.pk]), who="owner")


def named(name: str, who: str = "lead") -> Visit:
    """A page without arguments, by its URL name."""
    return Visit(name, lambda site: reverse(name), who)


def line_of(site: Site) -> int:
    return site.cast.client.contracts.get().lines.get().pk


def figure_of(site: Site) -> str:
    """The rows behind the owner's value of the running month."""
    month = Snapshot.objects.for_company("AM").latest("month")
    assert month
    query = f"scope=user:{site.cast.owner.pk}&first={month.first_day}&last={month.last_day}"
    return f"{reverse('portfolio:figure_rows', args=['movements'])}?{query}"


def closed_month_of(site: Site) -> str:
    """The month that the site has closed, and that changed since."""
    return reverse("portfolio:month_page", args=[MonthClose.objects.get().first_day])


def month_of(site: Site, action: str) -> str:
    month = MonthClose.objects.get().first_day
    return reverse(f"portfolio:month_{action}", args=[month])


def of_contract(name: str, who: str = "owner") -> Visit:
    """A page of the contract of the owner's client."""
    return Visit(name, lambda site: reverse(name, args=[site.cast.client.contracts.get().pk]), who)


def of_import(name: str, state: str) -> Visit:
    """A page of the director's import that is in a state."""
    return Visit(
        f"{name} {state}", lambda site: reverse(name, args=[Import.objects.get(state=state).pk]), "director"
    )


def merge_of(site: Site) -> str:
    """The owner's client with its twin."""
    twin = Client.objects.get(legal_name__iexact=site.cast.client.legal_name, code="K-2")
    return reverse("clients:client_merge", args=[site.cast.client.pk, twin.pk])


def last_merge() -> int:
    return ClientMerge.objects.latest("at").pk


PAGES = [
    named("account_login", who=""),
    named("account_reset_password", who=""),
    named("account_reset_password_done", who=""),
    named("account_reset_password_from_key_done", who=""),
    Visit("bad reset link", lambda site: "/account/password/reset/key/1-x/", who=""),
    named("account_change_password"),
    named("account_logout"),
    named("mfa_index"),
    named("mfa_activate_totp"),
    named("accounts:profile"),
    named("notifications:preference_edit"),
    named("portfolio:home", who="owner"),
    Visit("home of a lead", lambda site: reverse("portfolio:home")),
    Visit("home of somebody new", lambda site: reverse("portfolio:home"), who="colleague"),
    named("portfolio:team_page"),
    named("portfolio:renewal_list", who="owner"),
    Visit("figure", lambda site: reverse("portfolio:figure_rows", args=["value"]), who="owner"),
    named("portfolio:client_list", who="owner"),
    named("portfolio:task_list", who="owner"),
    named("clients:client_create", who="owner"),
    named("clients:interaction_quick", who="owner"),
    of_client("portfolio:client_page"),
    of_client("portfolio:client_timeline"),
    of_client("portfolio:client_history"),
    of_client("clients:client_edit"),
    of_client("clients:contact_create"),
    of_client("clients:interaction_create"),
    of_client("clients:task_create"),
    of_client("contracts:contract_create"),
    Visit("search", lambda site: reverse("portfolio:search") + "?q=nusa", who="owner"),
    named("portfolio:figures_help", who="owner"),
    Visit("clients without clients", lambda site: reverse("portfolio:client_list"), who="colleague"),
    Visit("nothing found", lambda site: reverse("portfolio:client_list") + "?q=zzz", who="owner"),
    Visit("rows of a figure", lambda site: figure_of(site), who="owner"),
    named("portfolio:target_grid"),
    Visit("targets of value", lambda site: reverse("portfolio:target_grid") + "?kind=upsell"),
    Visit("targets to read", lambda site: reverse("portfolio:target_grid"), who="owner"),
    named("portfolio:month_list", who="director"),
    Visit("month", lambda site: closed_month_of(site), who="director"),
    Visit("month_close", lambda site: month_of(site, "close"), who="director"),
    Visit("month_reopen", lambda site: month_of(site, "reopen"), who="director"),
    named("notifications:notification_list", who="owner"),
    Visit("owner_assign", lambda site: reverse("clients:owner_assign", args=[site.cast.client.pk, "AM"])),
    of_contract("contracts:contract_page"),
    *(of_contract(f"contracts:contract_{name}") for name in ("renew", "pause", "notice", "add_line")),
    of_contract("contracts:contract_terminate", who="lead"),
    Visit("line_amend", lambda site: reverse("contracts:line_amend", args=[line_of(site)]), who="owner"),
    named("portfolio:duplicate_list", who="director"),
    Visit(
        "pairs told apart", lambda site: reverse("portfolio:duplicate_list") + "?told=apart", who="director"
    ),
    named("portfolio:merge_list", who="director"),
    Visit("client_merge", lambda site: merge_of(site), who="director"),
    Visit("merge_undo", lambda site: reverse("clients:merge_undo", args=[last_merge()]), who="director"),
    named("exchange:import_list", who="director"),
    named("exchange:setup", who="director"),
    *(named(f"exchange:setup_{lines}", who="director") for lines in ("teams", "people", "products")),
    named("exchange:export_list", who="owner"),
    named("exchange:token_list", who="owner"),
    Visit("import_create", lambda site: reverse("exchange:import_create", args=["clients"]), who="director"),
    *(of_import("exchange:import_reading", "reading"), of_import("exchange:import_columns", "reading")),
    *(of_import("exchange:import_page", state) for state in ("checked", "applying", "applied")),
    named("example"),
    Visit("404", lambda site: "/nowhere/", status=404),
    Visit("404 for a stranger", lambda site: "/nowhere/", who="", status=404),
    Visit("500", lambda site: "/broken/", status=500),
]


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("visit", PAGES, ids=lambda visit: visit.name)
def test_page_is_usable_by_everybody(
    site: Site, tab: Page, visit: Visit, language: str, theme: str, width: int
) -> None:
    prepare(site, tab, visit, language, theme, width)
    with noise(tab, visit) as heard:
        response = tab.goto(site.url + visit.url(site))

        assert response is not None
        assert response.status == visit.status
        assert tab.locator("html").get_attribute("lang") == language
        assert tab.locator("html").get_attribute("data-bs-theme") == theme
        assert tab.locator("h1").count() == 1
        assert overflowing(tab) == []
        assert violations(tab) == []
    assert heard == []


def prepare(site: Site, tab: Page, visit: Visit, language: str, theme: str, width: int) -> None:
    user: User | None = getattr(site.cast, visit.who) if visit.who else None
    if user:
        User.objects.filter(pk=user.pk).update(language=language, theme=theme)
    site.sign_in(tab.context, user)
    tab.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site.url}])
    tab.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    tab.set_viewport_size({"width": width, "height": 900})


EVENTS = ("console", "pageerror", "requestfailed", "response")


class Noise(list[str]):
    """Console errors (also of the CSP), exceptions, failed or refused requests."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def console(self, message: ConsoleMessage) -> None:
        expected = self.visit.status >= 400 and "status of" in message.text
        if message.type in ("error", "warning") and not expected:
            self.append(message.text)

    def pageerror(self, error: Error) -> None:
        self.append(str(error))

    def requestfailed(self, request: Request) -> None:
        """One time in twenty the icon of the page before is still on its way when that page is left: given up."""
        if request.failure != "net::ERR_ABORTED":
            self.append(f"{request.failure} {request.url}")

    def response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.append(f"{response.status} {response.url}")


@contextmanager
def noise(tab: Page, visit: Visit) -> Iterator[Noise]:
    """What goes wrong meanwhile."""
    heard = Noise(visit)
    for event in EVENTS:
        tab.on(event, getattr(heard, event))  # type: ignore[call-overload]
    yield heard
    for event in EVENTS:
        tab.remove_listener(event, getattr(heard, event))


def violations(tab: Page) -> list[str]:
    """What axe finds, with the whole page in sight: else the bar of a phone covers half of whatever is at its edge."""
    height = tab.evaluate("document.documentElement.scrollHeight")
    tab.set_viewport_size({**tab.viewport_size, "height": height})  # type: ignore[dict-item,typeddict-item]
    results = AXE.run(tab, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} – {node['failureSummary']}"
        for rule in results
        for node in rule["nodes"]
    ]


def overflowing(tab: Page) -> list[str]:
    """What sticks out on the right, so that the page could be scrolled sideways."""
    found: list[str] = tab.evaluate(
        """() => {
            const root = document.documentElement;
            if (root.scrollWidth <= root.clientWidth) return [];
            const outside = (element) => element.getBoundingClientRect().right > root.clientWidth + 1;
            return [...document.querySelectorAll("body *")].filter(outside).map((e) => e.outerHTML.slice(0, 120));
        }"""
    )
    return found
