"""The grid of targets: who sees and writes what, what is kept, and that of two people at once the second is told."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import Team, User
from kpis.models import Target, TargetKind
from portfolio import target_grid
from portfolio.target_entry import raised, read, told, typed
from tests import factories
from tests.conftest import Cast
from tests.portfolio.conftest import contracted, held_clients
from tests.portfolio.test_pages import browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
Compute = Callable[[], Cast]
MARCH = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)}


def grid(browser: Browser, user: User, language: str = "en", **query: object) -> Any:
    return browse(browser, user, language).get(reverse("portfolio:target_grid"), query)


def cell(answer: Any, key: str, month: int) -> Any:
    rows = {row.holder.key: row for row in answer.context["grid"].rows}
    return rows[key].cells[month - 1]


def sent(answer: Any, **typed: str) -> dict[str, str]:
    """What the page's form holds, with some fields typed over."""
    page = answer.context["grid"]
    fields = {cell.name: cell.text for cell in page.cells if cell.is_editable}
    return fields | typed | {"seen": page.seen, "once": str(uuid4())}


def save(browser: Browser, answer: Any, **typed: str) -> Any:
    return browser.post(answer.context["save_url"], sent(answer, **typed))


def of(row: User | Team, month: int = 3) -> str:
    return f"{'u' if isinstance(row, User) else 't'}{row.pk}-{month}"


def test_what_is_typed_is_stored_once_per_month(cast: Cast, client: Browser) -> None:
    page = grid(client, cast.lead)
    answer = save(client, page, **{of(cast.owner): "3", of(cast.ritel): "10", of(cast.owner, 4): ""})
    assert answer.status_code == 302
    found = {(row.user, row.team): (row.kind, row.first_day, row.value) for row in Target.objects.all()}
    assert found == {
        (cast.owner, None): ("new_clients", date(2026, 3, 1), 3),
        (None, cast.ritel): ("new_clients", date(2026, 3, 1), 10),
    }
    again = client.get(answer["Location"])
    assert "2 targets are saved." in again.content.decode()
    assert cell(again, f"u{cast.owner.pk}", 3).text == "3"


def test_a_rate_is_stored_for_the_twelve_months_up_to_its_month(cast: Cast, client: Browser) -> None:
    page = grid(client, cast.lead, kind="grr")
    save(client, page, **{of(cast.ritel): "92.5"})
    row = Target.objects.get()
    assert (row.first_day, row.last_day, row.value) == (date(2025, 4, 1), date(2026, 3, 31), Decimal("92.50"))


def test_upsell_is_typed_monthly_and_stored_annually(cast: Cast, client: Browser) -> None:
    page = grid(client, cast.lead, "id", kind="upsell")
    save(client, page, **{of(cast.owner): "1,25jt", of(cast.colleague): "60.000.000"})
    values = dict(Target.objects.values_list("user", "value"))
    assert values == {cast.owner.pk: 15_000_000, cast.colleague.pk: 720_000_000}
    assert cell(grid(client, cast.lead, "id", kind="upsell"), f"u{cast.owner.pk}", 3).text == "1.250.000"


def test_an_emptied_field_takes_the_target_away(cast: Cast, client: Browser) -> None:
    factories.TargetFactory(user=cast.owner, **MARCH)
    save(client, grid(client, cast.lead), **{of(cast.owner): ""})
    assert not Target.objects.exists()


def test_a_field_left_alone_is_left_alone_also_where_it_cannot_be_typed(cast: Cast, client: Browser) -> None:
    """An annual value that is no multiple of twelve is shown rounded; saving another field must not round it."""
    factories.TargetFactory(user=cast.owner, kind="upsell", value=Decimal("100.00"), **MARCH)
    page = grid(client, cast.lead, kind="upsell")
    assert cell(page, f"u{cast.owner.pk}", 3).text == "8.33"
    save(client, page, **{of(cast.colleague): "5"})
    assert Target.objects.get(user=cast.owner).value == 100


WRONG = {
    "new_clients": ["x", "-1", "1.5", "1_0", "\uff11", "1e3", "NaN", "1000001", "9" * 500, "a\x00b"],
    "upsell": ["x", "-1", "1.2.3", "NaN", "9" * 17, "<b>"],
    "grr": ["101", "-1", "x", "90.123", "90%%", "1e1"],
    "nrr": ["1001", "-1"],
    "nps": ["101", "-101", "30%x"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in WRONG.items() for text in texts])
def test_a_wrong_number_is_named_at_its_field_and_everything_is_kept(
    cast: Cast, client: Browser, kind: str, text: str
) -> None:
    page = grid(client, cast.lead, kind=kind)
    answer = save(client, page, **{of(cast.owner): text, of(cast.owner, 4): "7"})
    assert answer.status_code == 422
    wrong, right = (cell(answer, f"u{cast.owner.pk}", month) for month in (3, 4))
    assert wrong.text == text
    assert "for example" in wrong.error
    assert (right.text, right.error) == ("7", "")
    assert f'id="{of(cast.owner)}-error"' in answer.content.decode()
    assert not Target.objects.exists()
    corrected = save(client, answer, **{of(cast.owner): "5"})
    assert corrected.status_code == 302
    assert Target.objects.count() == 2


def test_of_two_leads_at_once_the_second_is_told_and_nothing_is_lost(cast: Cast, client: Browser) -> None:
    first, second = client, Browser()
    one, two = grid(first, cast.lead), grid(second, cast.director, team=cast.ritel.pk)
    save(first, one, **{of(cast.owner): "3", of(cast.owner, 5): "5"})
    typed = {of(cast.owner): "4", of(cast.colleague): "6"}
    answer = save(second, two, **typed)
    assert answer.status_code == 409
    told = cell(answer, f"u{cast.owner.pk}", 3)
    assert told.text == "4"
    assert told.error.startswith("Changed meanwhile to 3 (Lead, ")
    assert cell(answer, f"u{cast.owner.pk}", 5).text == "5"
    assert cell(answer, f"u{cast.colleague.pk}", 3).text == "6"
    assert list(Target.objects.order_by("last_day").values_list("value", flat=True)) == [3, 5]
    assert save(second, answer, **typed).status_code == 302
    assert sorted(Target.objects.values_list("value", flat=True)) == [4, 5, 6]


def test_a_target_that_was_emptied_meanwhile_is_told(cast: Cast, client: Browser) -> None:
    factories.TargetFactory(user=cast.owner, **MARCH)
    page, other = grid(client, cast.director, team=cast.ritel.pk), Browser()
    save(other, grid(other, cast.lead), **{of(cast.owner): ""})
    answer = save(client, page, **{of(cast.owner): "8"})
    assert answer.status_code == 409
    assert cell(answer, f"u{cast.owner.pk}", 3).error.startswith("Changed meanwhile to nothing (Lead")


def test_two_leads_with_different_fields_or_the_same_number_do_not_disturb_each_other(
    cast: Cast, client: Browser
) -> None:
    other = Browser()
    one, two = grid(client, cast.lead), grid(other, cast.director, team=cast.ritel.pk)
    save(client, one, **{of(cast.owner): "3"})
    assert save(other, two, **{of(cast.owner): "3", of(cast.colleague): "6"}).status_code == 302
    assert sorted(Target.objects.values_list("value", flat=True)) == [3, 6]


@pytest.mark.parametrize("seen", ["", "x", "[]", '{"a": "x"}', '{"a": []}', "null"])
def test_without_a_readable_memory_of_the_page_nothing_is_overwritten_untold(
    cast: Cast, client: Browser, seen: str
) -> None:
    factories.TargetFactory(user=cast.owner, **MARCH)
    page = grid(client, cast.lead)
    answer = client.post(page.context["save_url"], {of(cast.owner): "9", "seen": seen})
    assert answer.status_code == 409
    assert Target.objects.get().value == 5


@pytest.mark.parametrize(
    ("who", "query", "status"),
    [
        ("lead", {}, 200),
        ("lead", {"team": "root"}, 404),
        ("lead", {"team": "other_team"}, 404),
        ("lead", {"team": "company"}, 404),
        ("director", {"team": "ritel"}, 200),
        ("director", {"team": "company"}, 200),
        ("director", {"team": "other_team"}, 404),
        ("executive", {"team": "other_team"}, 200),
        ("owner", {}, 200),
        ("owner", {"team": "ritel"}, 404),
        ("administrator", {}, 404),
        ("lead", {"kind": "x"}, 404),
        ("lead", {"year": "26"}, 404),
        ("lead", {"year": "9999"}, 404),
        ("lead", {"role": "support"}, 404),
    ],
)
def test_who_may_open_what(cast: Cast, client: Browser, who: str, query: dict[str, str], status: int) -> None:
    team = getattr(cast, query.get("team", ""), None)
    found = grid(client, getattr(cast, who), **query | ({"team": team.pk} if team else {}))
    assert found.status_code == status


def test_a_member_reads_her_own_targets_and_nobody_elses(cast: Cast, client: Browser) -> None:
    factories.TargetFactory(user=cast.owner, value=4321, **MARCH)
    factories.TargetFactory(user=cast.colleague, value=8765, **MARCH)
    answer = grid(client, cast.owner)
    assert "4,321" in answer.content.decode()
    assert "8,765" not in answer.content.decode()
    assert "Save targets" not in answer.content.decode()
    assert client.post(reverse("portfolio:target_save"), {of(cast.owner): "1"}).status_code == 403
    assert client.post(reverse("portfolio:target_copy")).status_code == 403


def test_an_executive_reads_and_does_not_write(cast: Cast, client: Browser) -> None:
    factories.TargetFactory(team=cast.ritel, value=4321, **MARCH)
    answer = grid(client, cast.executive, team=cast.ritel.pk)
    assert "4,321" in answer.content.decode()
    for name in ("target_save", "target_copy"):
        url = f"{reverse(f'portfolio:{name}')}?team={cast.ritel.pk}"
        assert client.post(url, {of(cast.ritel): "1"}).status_code == 403
    assert Target.objects.get().value == 4321


def test_only_who_directs_every_tree_writes_the_companys_target(cast: Cast, client: Browser) -> None:
    url = f"{reverse('portfolio:target_save')}?team=company"
    browse(client, cast.director, "en").post(url, {"c-3": "1", of(cast.root): "7", of(cast.other_team): "8"})
    assert [(row.team, row.value) for row in Target.objects.all()] == [(cast.root, 7)]
    Team.objects.filter(parent=None).exclude(pk=cast.root.pk).update(parent=cast.root)
    client.post(url, {"c-3": "9"})
    assert Target.objects.get(team=None).value == 9


def test_fields_of_people_outside_the_grid_are_not_taken(cast: Cast, client: Browser) -> None:
    page = grid(client, cast.lead)
    save(
        client, page, **{of(cast.outsider): "3", of(cast.root): "4", "c-3": "5", f"u{cast.owner.pk}-13": "1"}
    )
    assert not Target.objects.exists()


def test_a_person_stands_in_the_grid_for_the_months_in_which_she_is_in_the_team(
    cast: Cast, client: Browser
) -> None:
    cast.owner.memberships.update(end=date(2026, 6, 29))
    factories.TeamMembershipFactory(user=cast.owner, team=cast.other_team, start=date(2026, 6, 30))
    factories.TargetFactory(user=cast.owner, first_day=date(2026, 7, 1), last_day=date(2026, 7, 31))
    page = grid(client, cast.lead)
    assert [each.is_editable for each in (cell(page, f"u{cast.owner.pk}", month) for month in (5, 6, 7))] == [
        True, False, False,
    ]  # fmt: skip
    assert cell(page, f"u{cast.owner.pk}", 7).shown == "–"
    save(client, page, **{of(cast.owner, 7): "1"})
    assert Target.objects.get().value == 5


def test_the_grid_of_a_role_holds_people_of_its_track(cast: Cast, client: Browser) -> None:
    User.objects.filter(pk=cast.colleague.pk).update(position=factories.PositionFactory(track="AE"))
    keys = [row.holder.key for row in grid(client, cast.lead, role="AE").context["grid"].rows]
    assert keys == [f"t{cast.ritel.pk}", f"u{cast.colleague.pk}"]


def test_the_foot_adds_up_and_a_rate_is_handed_down(cast: Cast, client: Browser) -> None:
    factories.TargetFactory(user=cast.owner, value=3, **MARCH)
    factories.TargetFactory(user=cast.colleague, value=4, **MARCH)
    factories.TargetFactory(team=cast.ritel, value=20, **MARCH)
    factories.TargetFactory(kind="grr", first_day=date(2025, 4, 1), last_day=date(2026, 3, 31), value=90)
    assert grid(client, cast.lead).context["grid"].foot[2] == ("Mar 2026", "7")
    assert grid(client, cast.director).context["grid"].foot[2] == ("Mar 2026", "20")
    rates = grid(client, cast.lead, kind="grr")
    assert rates.context["grid"].foot[2] == ("Mar 2026", "90%")
    assert cell(rates, f"u{cast.owner.pk}", 3).placeholder == "90"


def copy(browser: Browser, page: Any, **data: str) -> Any:
    return browser.post(page.context["copy_url"], {"once": str(uuid4())} | data, follow=True)


def test_last_year_fills_empty_months_and_overwrites_nothing(cast: Cast, client: Browser) -> None:
    for month, value in ((3, 4), (5, 7)):
        day = date(2025, month, 31)
        factories.TargetFactory(user=cast.owner, value=value, first_day=day.replace(day=1), last_day=day)
        factories.TargetFactory(user=cast.outsider, value=value, first_day=day.replace(day=1), last_day=day)
    factories.TargetFactory(user=cast.owner, value=9, **MARCH)
    page = grid(client, cast.lead)
    data = {"more": "10", "once": str(uuid4())}
    answer = copy(client, page, **data)
    assert "1 empty month is filled from 2025." in answer.content.decode()
    made = Target.objects.filter(last_day__year=2026).order_by("last_day")
    assert [(row.user, row.last_day.month, row.value) for row in made] == [
        (cast.owner, 3, 9),
        (cast.owner, 5, 8),
    ]
    assert "filled" not in copy(client, page, **data).content.decode()
    assert "Nothing to copy" in copy(client, page).content.decode()


def test_a_wrong_raise_is_named_and_copies_nothing(cast: Cast, client: Browser) -> None:
    factories.TargetFactory(user=cast.owner, first_day=date(2025, 3, 1), last_day=date(2025, 3, 31))
    answer = copy(client, grid(client, cast.lead), more="viel")
    assert answer.status_code == 422
    assert answer.context["copy_form"]["more"].value() == "viel"
    assert "“viel” is not a number" in answer.content.decode()
    assert Target.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "value", "by", "result"),
    [
        ("new_clients", "5", "10", "6"), ("new_clients", "4", "10", "4"), ("new_clients", "4", "-100", "0"),
        ("upsell", "12000000", "2.5", "12300000"), ("grr", "90", "2.5", "92.5"), ("grr", "99", "5", "100"),
        ("nrr", "99", "5", "104"), ("nps", "-99", "-5", "-100"),
    ],
)  # fmt: skip
def test_raising_is_by_per_cent_of_what_adds_up_and_by_points_of_rates(
    kind: str, value: str, by: str, result: str
) -> None:
    assert raised(TargetKind(kind), Decimal(value), Decimal(by)) == Decimal(result)


@pytest.mark.parametrize(
    ("language", "kind", "text", "value"),
    [
        ("id", "new_clients", "1.200", 1200), ("en", "new_clients", "1,200", 1200), ("id", "upsell", "8jt", 96_000_000),
        ("id", "upsell", "Rp 8.000.000", 96_000_000), ("en", "upsell", "8,000,000.00", 96_000_000),
        ("id", "grr", "92,5", "92.5"), ("id", "grr", "92.5 %", "92.5"), ("en", "nps", "-10", -10),
        ("id", "csat", " ", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_type_them(language: str, kind: str, text: str, value: Any) -> None:
    with translation.override(language):
        stored = read(TargetKind(kind), text)
        assert stored == (None if value is None else Decimal(value))
        assert read(TargetKind(kind), typed(TargetKind(kind), stored)) == stored


def test_a_target_is_told_with_its_unit() -> None:
    with translation.override("id"):
        words = [
            told(TargetKind(kind), Decimal(value))
            for kind, value in [("upsell", 720_000_000), ("grr", "92.5")]
        ]
        assert words == ["Rp60\N{NO-BREAK SPACE}jt", "92,50%"]
        assert told(TargetKind.NPS, Decimal(30)) == "30"


def test_a_large_team_is_paged_and_takes_the_same_statements(cast: Cast, client: Browser) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert grid(client, cast.lead).status_code == 200
        return len(captured)

    grid(client, cast.lead)
    few = statements()
    for number in range(60):
        user = factories.UserFactory(full_name=f"Banyak {number:02}")
        factories.TeamMembershipFactory(user=user, team=cast.ritel)
        factories.TargetFactory(user=user, **MARCH)
    assert statements() == few
    page = grid(client, cast.lead, page=2)
    assert len(page.context["grid"].shown) == 1 + 63 - 50
    last = page.context["grid"].shown[-1].holder.user
    assert save(client, page, **{of(last): "77"}).status_code == 302
    assert Target.objects.get(user=last).value == 77
    assert Target.objects.count() == 61


def tile(answer: Any, name: str) -> Any:
    return next(tile for tile in answer.context["tiles"] if tile.name.startswith(name))


YEAR = {"first_day": date(2025, 12, 1), "last_day": date(2026, 11, 30)}


def home(browser: Browser, user: User, **query: str) -> Any:
    return browse(browser, user, "en").get(reverse("portfolio:home"), query)


def test_tiles_say_how_far_the_target_is(cast: Cast, client: Browser, computed: Compute) -> None:
    held_clients(cast.owner, 19, lost=2)
    contracted(cast.client, date(2026, 11, 5), date(2027, 12, 31))
    factories.ContractLineFactory(
        contract=held_clients(cast.owner, 1)[0].contracts.get(), start=date(2026, 11, 5), unit_price=4_100_000
    )
    factories.TargetFactory(kind="logo_retention", value=92, **YEAR)
    factories.TargetFactory(kind="upsell", user=cast.owner, value=60_000_000)
    factories.TargetFactory(user=cast.owner, value=2)
    factories.TargetFactory(kind="active_clients", user=cast.owner, value=20)
    computed()
    answer = home(client, cast.owner)
    assert tile(answer, "Client retention").aim.text == "2.0 points below the target of 92%"
    assert tile(answer, "Upsell").aim.text == "82% of the target Rp5\N{NO-BREAK SPACE}million"
    assert (tile(answer, "New clients").value, tile(answer, "New clients").aim.text) == (
        "1",
        "50% of the target 2",
    )
    assert tile(answer, "Active clients").aim.text == "95% of the target 20"
    assert tile(answer, "Monthly value").aim is None
    team = browse(client, cast.lead, "en").get(reverse("portfolio:team_page"))
    assert tile(team, "New clients").aim.text == "50% of the target 2"
    assert "2.0 points below the target of 92%" in team.context["retention"]["finding"]
    assert team.context["retention"]["rows"][-1][-1] == "92%"
    assert team.context["retention"]["data"]["series"][1]["data"][-1] == pytest.approx(0.92)


def test_few_clients_have_a_target_and_no_verdict(cast: Cast, client: Browser, computed: Compute) -> None:
    held_clients(cast.owner, 6, lost=1)
    factories.TargetFactory(kind="logo_retention", value=92, **YEAR)
    computed()
    aim = tile(home(client, cast.owner), "Client retention").aim
    assert (aim.text, aim.tone) == ("Target: 92%; too few for a verdict", "")


def test_a_target_of_another_window_or_the_other_track_is_not_told(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    held_clients(cast.owner, 12)
    factories.TargetFactory(kind="logo_retention", value=92)
    factories.TargetFactory(kind="active_clients", user=cast.owner, value=20, **MARCH)
    computed()
    answer = home(client, cast.owner)
    assert [tile.aim for tile in answer.context["tiles"]] == [None] * 3
    User.objects.filter(pk=cast.owner.pk).update(position=factories.PositionFactory(track="AE"))
    factories.TargetFactory(kind="active_clients", user=cast.owner, value=20)
    assert len(home(client, cast.owner, role="AM").context["tiles"]) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [True, False])
def test_racing_leads_never_break_and_one_of_them_wins(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, is_locked: bool
) -> None:
    """Without the lock the second one runs into the unique constraint instead of being told."""
    if not is_locked:
        monkeypatch.setattr("portfolio.views.targets.lock", lambda: None)
        ready = Barrier(2, timeout=5)
        before = target_grid.Entry.save
        monkeypatch.setattr(target_grid.Entry, "save", lambda entry: (ready.wait(), before(entry))[1])
    together = Barrier(2)

    def race(number: int) -> int:
        browser = Browser(raise_request_exception=False)
        browser.force_login([cast.lead, cast.director][number])
        url = f"{reverse('portfolio:target_save')}?team={cast.ritel.pk}"
        together.wait()
        try:
            return browser.post(url, {of(cast.owner): str(number + 3), "seen": json.dumps({})}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(race, range(2)))
    assert statuses == ([302, 409] if is_locked else [302, 500])
    assert Target.objects.count() == 1
