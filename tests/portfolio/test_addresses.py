"""The address of a list is followed to the letter, or the list says what it does not follow and exports nothing."""

import re
from typing import Any

import pytest
from django.test import Client as Browser

from portfolio.views.lists import CLIENTS
from tests import factories
from tests.conftest import Cast
from tests.portfolio.test_pages import browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

LISTS = ["/clients/", "/tasks/", "/renewals/", "/team/", "/figures/value/"]
WRONG = [
    ("/clients/", "tier=zzz", "Tier: Select a valid choice. zzz is not one of the available choices."),
    ("/clients/", "owner=abc", "Responsible: Select a valid choice. abc is not one of the available choices."),
    ("/clients/", "q=%00", "Name: Null characters are not allowed."),
    ("/clients/", "end_after=2026-13-45", "end_after: There is no such filter here."),
    ("/clients/", "tier=key&tier=starter", "tier: Given more than once; only the last one counts."),
    ("/clients/", "sort=nonsense", "Order: No column to sort by is called “nonsense”."),
    ("/clients/", "sort=name&sort=-owner__password", "Order: No column to sort by is called “-owner__password”."),
    ("/clients/", "per_page=abc", "Rows per page: 25, 50 or 100, not “abc”; here are 50."),
    ("/clients/", "page=7", "Page: There is no page “7”; this is page 1."),
    ("/tasks/", "state=zzz", "State: Select a valid choice. zzz is not one of the available choices."),
    ("/tasks/", "sort=actions", "Order: No column to sort by is called “actions”."),
    ("/renewals/", "days=45", "Binding date: Select a valid choice. 45 is not one of the available choices."),
    ("/team/", "sort=retention", "Order: No column to sort by is called “retention”."),
    ("/team/", "tier=key", "tier: There is no such filter here."),
    ("/figures/value/", "owner=5", "owner: There is no such filter here."),
]  # fmt: skip
RIGHT = [
    ("/clients/", "q=&status=&tier=key&sort=-value&sort=name&per_page=25&page=1"),
    ("/clients/", "owner=none&ends=90&quiet=30&signal=risk"),
    ("/tasks/", "state=due&q=a&sort=due"),
    ("/renewals/", "days=30&owner=none&state=undecided&sort=-binding"),
    ("/team/", "role=AE&sort=-value"),
    ("/figures/value/", "role=AM&page=1"),
]


def told(answer: Any) -> list[str]:
    """What stands in the box above the rows, as a person reads it."""
    box = re.search(r'<ul class="mb-0">(.*?)</ul>', answer.content.decode(), re.DOTALL)
    return re.findall(r"<li>(.*?)</li>", box[1]) if box else []


@pytest.mark.parametrize(("place", "query", "sentence"), WRONG)
def test_a_list_says_what_it_does_not_follow_and_its_file_is_refused_with_the_same_words(
    cast: Cast, client: Browser, place: str, query: str, sentence: str
) -> None:
    browse(client, cast.lead, "en")
    page = client.get(f"{place}?{query}")
    assert page.status_code == 200
    assert told(page) == [sentence]
    if "page=7" in query:  # a file holds all pages
        return
    for kind in ("csv", "xlsx"):
        file = client.get(f"{place}export/{kind}/?{query}")
        assert file.status_code == 400
        assert file["Content-Type"].startswith("text/html")
        assert told(file) == [sentence]
        assert f'href="../../?{query}"'.replace("&", "&amp;") in file.content.decode()


@pytest.mark.parametrize(("place", "query"), RIGHT)
def test_of_an_address_that_is_followed_nothing_is_said(
    cast: Cast, client: Browser, place: str, query: str
) -> None:
    browse(client, cast.lead, "en")
    assert told(client.get(f"{place}?{query}")) == []
    assert client.get(f"{place}export/csv/?{query}").status_code == 200


def test_it_is_said_in_indonesian(cast: Cast, client: Browser) -> None:
    answer = browse(client, cast.owner).get("/clients/?tier=zzz&sort=nonsense&teir=key")
    assert told(answer) == [
        "teir: Di sini tidak ada filter seperti itu.",
        "Tingkat klien: Masukkan pilihan yang valid. zzz bukan salah satu dari pilihan yang tersedia.",
        "Urutan: Tidak ada kolom bernama “nonsense” untuk mengurutkan.",
    ]


def test_valid_filters_beside_an_invalid_one_hold_and_keep_their_chips(cast: Cast, client: Browser) -> None:
    key = factories.ClientFactory(tier="key")
    factories.AssignmentFactory(client=key, user=cast.owner)
    answer = browse(client, cast.owner, "en").get("/clients/?tier=key&industry=zzz&sort=-name")
    assert [row.record for row in answer.context["table"].rows] == [key]
    assert [chip["label"] for chip in answer.context["chips"]] == ["Tier"]
    assert len(told(answer)) == 1


def test_a_person_one_does_not_see_and_one_who_does_not_exist_get_the_same_words(
    cast: Cast, client: Browser
) -> None:
    browse(client, cast.owner, "en")
    foreign, missing = cast.outsider.pk, 999_999
    answers = [client.get(f"/clients/?owner={pk}") for pk in (foreign, missing)]
    [words], [others] = (told(answer) for answer in answers)
    assert words.replace(f" {foreign} ", " ") == others.replace(f" {missing} ", " ")
    assert all(cast.outsider.full_name not in answer.content.decode() for answer in answers)


def test_what_somebody_wrote_into_an_address_is_shown_short_and_harmless(cast: Cast, client: Browser) -> None:
    browse(client, cast.owner, "en")
    sentences = told(client.get("/clients/", {"sort": "<script>" + "a" * 5_000, "b" * 5_000: "1"}))
    assert len(sentences) == 2
    assert all(len(sentence) < 120 for sentence in sentences)
    assert "<script>" not in "".join(sentences)


def test_the_team_page_leads_to_lists_that_know_its_people(cast: Cast, client: Browser) -> None:
    """Also to that of somebody who holds no client: an empty list, not everybody's clients."""
    page = browse(client, cast.lead, "en").get("/team/").content.decode()
    links = re.findall(r'href="(/clients/\?owner=\d+)"', page)
    assert f"/clients/?owner={cast.colleague.pk}" in links
    for link in links:
        assert told(client.get(link)) == []
    assert client.get(f"/clients/?owner={cast.colleague.pk}").context["totals"]["count"] == 0


def test_a_team_is_sorted_and_exported_as_its_address_says(cast: Cast, client: Browser) -> None:
    page = browse(client, cast.lead, "en").get("/team/?sort=-name")
    people = [row.record.name for row in page.context["table"].rows if row.record.user]
    assert people == sorted(people, reverse=True) != sorted(people)
    file = client.get(page.context["export_csv"]).content.decode("utf-8-sig")
    assert [line.split(",")[0] for line in file.splitlines()[1:]] == ["Unassigned", *people]


def test_the_order_of_a_list_is_its_usual_one_where_the_address_names_none_that_exists(
    cast: Cast, client: Browser
) -> None:
    table = browse(client, cast.owner).get("/clients/?sort=nonsense").context["table"]
    assert table.order_by == (CLIENTS.table.Meta.order_by,)
