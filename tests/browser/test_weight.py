"""What a page costs on a slow line (screens.md 3.4), counted as Chromium receives it."""

from functools import lru_cache

import brotli
from django.urls import reverse
from playwright.sync_api import Browser, Response

from tests.browser.conftest import Site

FIRST_LOAD = 200_000
NEXT_PAGE = 40_000


@lru_cache(maxsize=50)
def packed(body: bytes) -> int:
    """Files are served as whitenoise packs them; the test server serves them unpacked."""
    return len(brotli.compress(body))


def transferred(response: Response) -> int:
    if "/static/" in response.url:
        return packed(response.body())
    return response.request.sizes()["responseBodySize"]


def weights(site: Site, browser: Browser, *urls: str) -> list[int]:
    """Bytes of each page in turn; files seen before cost nothing, because they never change."""
    context = browser.new_context()
    site.sign_in(context, site.cast.lead)
    tab = context.new_page()
    responses: list[Response] = []
    tab.on("response", lambda response: responses.append(response))
    seen: set[str] = set()
    answer = []
    for url in urls:
        responses.clear()
        tab.goto(site.url + url, wait_until="networkidle")
        answer.append(sum(transferred(response) for response in responses if response.url not in seen))
        seen |= {response.url for response in responses if "/static/" in response.url}
    context.close()
    return answer


def test_first_load_and_next_page_fit_the_budget(site: Site, browser: Browser) -> None:
    first, second = weights(
        site, browser, reverse("accounts:profile"), reverse("notifications:preference_edit")
    )

    assert 0 < first <= FIRST_LOAD
    assert 0 < second <= NEXT_PAGE


def test_a_first_load_with_charts_fits_the_budget_too(site: Site, browser: Browser) -> None:
    (first,) = weights(site, browser, reverse("example"))

    assert 60_000 < first <= FIRST_LOAD
