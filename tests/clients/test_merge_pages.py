"""The pages of a merge: rights, what is chosen, where old addresses lead, and several people at the same moment."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client as Browser
from django.urls import reverse

from accounts.days import today
from accounts.models import User
from clients.merging import merge as merging
from clients.merging.merge import merge
from clients.models import Assignment, Client, ClientMerge, Contact, Interaction
from clients.revisions import revision_of
from clients.views import merge as views
from kpis.snapshots import rebuild_all
from tests.clients.doubles import NOW, Doubles, different, everything, make_doubles
from tests.conftest import Cast, make_cast
from tests.factories import (
    AssignmentFactory,
    ClientFactory,
    ContractFactory,
    InteractionFactory,
)
from tests.races import RACERS, ROUNDS, signed_in, together

MERGES = "/clients/merges/"


def url(kept: Client, removed: Client) -> str:
    return reverse("clients:client_merge", args=[kept.pk, removed.pk])


def fields(page: Any) -> dict[str, str]:
    """What the browser would send: the hidden fields and the radio buttons that are set."""
    text = page.content.decode()
    inputs = re.findall(r"<input[^>]*>", text)
    found = {}
    for each in inputs:
        name, value = (re.search(rf'{key}="([^"]*)"', each) for key in ("name", "value"))
        if name and value and name[1] != "next" and ("hidden" in each or "checked" in each):
            found[name[1]] = value[1]
    found.pop("csrfmiddlewaretoken", None)
    return found


@pytest.fixture
def doubles(cast: Cast) -> Doubles:
    return make_doubles(cast)


@pytest.mark.django_db
@pytest.mark.usefixtures("frozen")
class TestMerging:
    def test_the_page_shows_both_sides_what_moves_and_what_stays_behind(
        self, client: Browser, cast: Cast, doubles: Doubles
    ) -> None:
        client.force_login(cast.director)
        User.objects.update(language="en")
        page = client.get(url(doubles.kept, doubles.removed))
        text = page.content.decode()
        for words in ("K-1", "K-2", "Telepon", "Pameran", "Bogor", "Contracts: 2", "Assignments: 4"):
            assert words in text, words
        kept = dict.fromkeys(["name", "code", "payment_days", "source", "billing_contact"], "kept")
        taken = dict.fromkeys(["brand_name", "npwp", "address", "parent"], "removed")
        assert fields(page) | {"seen": ""} == kept | taken | {"seen": ""}
        assert url(doubles.removed, doubles.kept) in text
        assert text.count("Colleague") >= 2  # responsible for the other one, and her days

    def test_what_was_chosen_is_what_is_saved(self, client: Browser, cast: Cast, doubles: Doubles) -> None:
        client.force_login(cast.director)
        data = fields(client.get(url(doubles.kept, doubles.removed)))
        answer = client.post(
            url(doubles.kept, doubles.removed), data | {"code": "removed", "brand_name": "kept"}
        )
        assert (answer.status_code, answer["Location"]) == (302, f"/clients/{doubles.kept.pk}/")
        kept = Client.objects.get(pk=doubles.kept.pk)
        assert (kept.code, kept.brand_name, kept.npwp) == ("K-2", "", "0123456789012345")
        assert "Nusarena Pangan" in client.get(f"/clients/{kept.pk}/").content.decode()

    def test_a_choice_that_was_not_made_or_not_offered_is_refused(
        self, client: Browser, cast: Cast, doubles: Doubles
    ) -> None:
        client.force_login(cast.director)
        data = fields(client.get(url(doubles.kept, doubles.removed)))
        for wrong in ({"code": ""}, {"code": "third"}):
            assert client.post(url(doubles.kept, doubles.removed), data | wrong).status_code == 422
        assert Client.objects.filter(pk=doubles.removed.pk).exists()

    def test_who_has_not_seen_a_change_looks_again_first(
        self, client: Browser, cast: Cast, doubles: Doubles
    ) -> None:
        client.force_login(cast.director)
        data = fields(client.get(url(doubles.kept, doubles.removed)))
        Client.objects.filter(pk=doubles.removed.pk).update(code="K-3")
        answer = client.post(url(doubles.kept, doubles.removed), data)
        assert answer.status_code == 409
        assert "K-3" in answer.content.decode()
        assert client.post(url(doubles.kept, doubles.removed), fields(answer)).status_code == 302

    def test_the_tier_is_for_leads(self, client: Browser, cast: Cast) -> None:
        twin = ClientFactory(tier="key")
        AssignmentFactory(client=twin, user=cast.owner)
        cast.owner.user_permissions.set(cast.director.user_permissions.all())
        for person, may in ((cast.owner, False), (cast.director, True)):
            client.force_login(person)
            assert ("tier" in fields(client.get(url(cast.client, twin)))) == may
        client.force_login(cast.owner)
        data = fields(client.get(url(cast.client, twin)))
        client.post(url(cast.client, twin), data | {"tier": "removed"})
        assert Client.objects.get(pk=cast.client.pk).tier == "regular"

    def test_a_group_that_one_may_not_see_is_not_named(self, client: Browser, cast: Cast) -> None:
        Client.objects.filter(pk=cast.foreign.pk).update(legal_name="Rahasia")
        twin = ClientFactory(parent=cast.foreign)
        AssignmentFactory(client=twin, user=cast.owner)
        client.force_login(cast.director)
        page = client.get(url(cast.client, twin))
        assert "Rahasia" not in page.content.decode()
        client.post(url(cast.client, twin), fields(page))
        assert Client.objects.get(pk=cast.client.pk).parent == cast.foreign  # it had none

    def test_a_private_persons_tax_number_is_masked(self, client: Browser, cast: Cast) -> None:
        twin = ClientFactory(npwp="3171234567890123", legal_form="Perorangan")
        AssignmentFactory(client=twin, user=cast.owner)
        client.force_login(cast.director)
        text = client.get(url(cast.client, twin)).content.decode()
        assert "3171234567890123" not in text
        assert "0123" in text

    def test_a_client_is_not_merged_with_itself(self, client: Browser, cast: Cast) -> None:
        client.force_login(cast.director)
        assert client.get(url(cast.client, cast.client)).status_code == 404
        assert client.post(url(cast.client, cast.client)).status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("frozen")
class TestRights:
    @pytest.fixture
    def twin(self, cast: Cast) -> Client:
        client: Client = ClientFactory(legal_name="NUSARENA PANGAN")
        AssignmentFactory(client=client, user=cast.owner)
        return client

    def statuses(self, browser: Browser, person: User, one: Client, other: Client) -> set[int]:
        browser.force_login(person)
        pair = [one.pk, other.pk]
        return {
            browser.get(reverse("clients:client_merge", args=pair)).status_code,
            browser.post(reverse("clients:client_merge", args=pair)).status_code,
            browser.post(reverse("clients:duplicate_dismiss", args=pair)).status_code,
            browser.post(reverse("clients:duplicate_suggest", args=pair)).status_code,
        }

    def test_a_foreign_client_does_not_exist_in_either_place(
        self, client: Browser, cast: Cast, twin: Client
    ) -> None:
        assert self.statuses(client, cast.director, cast.client, cast.foreign) == {404}
        assert self.statuses(client, cast.director, cast.foreign, cast.client) == {404}

    def test_who_sees_both_needs_the_right_and_may_edit_both(
        self, client: Browser, cast: Cast, twin: Client
    ) -> None:
        assert self.statuses(client, cast.owner, cast.client, twin) == {403}
        cast.owner.user_permissions.set(cast.director.user_permissions.all())
        Assignment.objects.filter(client=twin, user=cast.owner).update(role="sponsor")
        for pair in ((cast.client, twin), (twin, cast.client)):
            assert self.statuses(client, User.objects.get(pk=cast.owner.pk), *pair) == {403}

    def test_importers_and_administrators_have_the_right(self) -> None:
        right = Permission.objects.get(codename="merge_clients")
        names = set(Group.objects.filter(permissions=right).values_list("name", flat=True))
        assert names == {"Pengimpor", "Administrator"}


@pytest.mark.django_db
@pytest.mark.usefixtures("frozen")
class TestAfterwards:
    @pytest.fixture
    def record(self, doubles: Doubles) -> ClientMerge:
        return merge(doubles.kept.pk, doubles.removed.pk, takes=(), by=doubles.by, now=NOW)

    @pytest.mark.parametrize(
        "name",
        ["portfolio:client_page", "portfolio:client_timeline", "portfolio:client_history", "clients:client_edit",
         "clients:contact_create", "clients:interaction_create", "clients:task_create", "contracts:contract_create"],
    )  # fmt: skip
    def test_old_addresses_lead_to_the_survivor_for_who_may_see_it(
        self, client: Browser, cast: Cast, doubles: Doubles, record: ClientMerge, name: str
    ) -> None:
        client.force_login(cast.owner)
        answer = client.get(reverse(name, args=[doubles.removed.pk]))
        assert (answer.status_code, answer["Location"]) == (302, reverse(name, args=[doubles.kept.pk]))
        client.force_login(cast.outsider)
        assert client.get(reverse(name, args=[doubles.removed.pk])).status_code == 404

    def test_what_was_typed_for_the_merged_client_is_told_not_to_be_saved(
        self, client: Browser, cast: Cast, doubles: Doubles, record: ClientMerge
    ) -> None:
        client.force_login(cast.owner)
        answer = client.post(
            reverse("clients:contact_create", args=[doubles.removed.pk]), {"full_name": "Sinta"}
        )
        assert answer.status_code == 409
        assert f"/clients/{doubles.kept.pk}/" in answer.content.decode()
        assert not Contact.objects.filter(full_name="Sinta").exists()

    def test_a_search_finds_the_survivor_and_nothing_else(
        self, client: Browser, cast: Cast, doubles: Doubles, record: ClientMerge
    ) -> None:
        client.force_login(cast.director)
        assert f"/clients/{doubles.removed.pk}/" not in client.get("/search/?q=nusarena").content.decode()
        assert client.get("/search/?q=K-2").status_code == 200

    def test_the_page_of_the_survivor_and_its_history_show_everything(
        self, client: Browser, cast: Cast, doubles: Doubles, record: ClientMerge
    ) -> None:
        client.force_login(cast.director)
        page = client.get(f"/clients/{doubles.kept.pk}/").content.decode()
        assert all(words in page for words in ("PKS-1", "PKS-2R", "Wahyuni 1", "Wahyuni 2"))
        history = client.get(f"/clients/{doubles.kept.pk}/history/").content.decode()
        assert "PT NUSARENA PANGAN" in history

    def test_the_list_tells_who_merged_what_and_when(
        self, client: Browser, cast: Cast, doubles: Doubles, record: ClientMerge
    ) -> None:
        client.force_login(cast.director)
        text = client.get(MERGES).content.decode()
        assert "PT NUSARENA PANGAN" in text
        assert "21 Des 2026" in text
        undo = reverse("clients:merge_undo", args=[record.pk])
        assert undo in text
        assert client.get(undo).status_code == 200
        assert Client.objects.filter(pk=doubles.removed.pk).count() == 0  # looking undoes nothing
        for _click in range(2):
            answer = client.post(undo)
            assert (answer.status_code, answer["Location"]) == (302, MERGES)
        assert Client.objects.filter(pk=doubles.removed.pk).count() == 1
        assert undo not in client.get(MERGES).content.decode()
        assert client.get(undo).status_code == 302

    def test_merges_of_foreign_clients_are_not_listed_and_do_not_exist(
        self, client: Browser, cast: Cast, doubles: Doubles, record: ClientMerge
    ) -> None:
        cast.outsider.user_permissions.set(cast.director.user_permissions.all())
        client.force_login(cast.outsider)
        assert "NUSARENA" not in client.get(MERGES).content.decode().upper()
        assert client.get(reverse("clients:merge_undo", args=[record.pk])).status_code == 404

    def test_an_undone_merge_names_its_client_only_to_who_may_see_it(
        self, client: Browser, cast: Cast, doubles: Doubles, record: ClientMerge
    ) -> None:
        cast.owner.user_permissions.set(cast.director.user_permissions.all())
        client.force_login(cast.owner)
        assert "NUSARENA PANGAN" in client.get(MERGES).content.decode()
        Assignment.objects.filter(
            pk__in=record.rows.filter(model="clients.Assignment").values("row_pk")
        ).exclude(user=cast.colleague).delete()  # what made the owner see the other one
        record.rows.filter(fate="left", model="clients.Assignment").delete()
        client.post(reverse("clients:merge_undo", args=[record.pk]))
        assert not Client.objects.visible_to(cast.owner).filter(pk=doubles.removed.pk).exists()
        client.get(MERGES)  # tells once what was done
        assert "NUSARENA PANGAN" not in client.get(MERGES).content.decode()

    def test_after_30_days_it_is_refused_and_told(
        self, client: Browser, cast: Cast, doubles: Doubles, record: ClientMerge, frozen: Any
    ) -> None:
        undo = reverse("clients:merge_undo", args=[record.pk])
        client.force_login(cast.director)
        frozen.shift(timedelta(days=30))
        client.force_login(cast.director)
        assert undo not in client.get(MERGES).content.decode()
        assert client.get(undo).status_code == 409
        answer = client.post(undo)
        assert answer.status_code == 422
        assert "21 Des 2026" in answer.content.decode()
        assert not Client.objects.filter(pk=doubles.removed.pk).exists()


# --- At the same moment --------------------------------------------------------------------------


def make_pair(cast: Cast) -> tuple[Client, Client]:
    """Two new clients of the owner with a contract and a talk each."""
    pair: list[Client] = [ClientFactory(legal_name="Bersama") for _ in range(2)]
    for client in pair:
        AssignmentFactory(client=client, user=cast.owner)
        ContractFactory(client=client)
        InteractionFactory(client=client, by=cast.owner)
    return pair[0], pair[1]


def race(cast: Cast, orders: list[tuple[Client, Client]]) -> list[int]:
    """Statuses of posts at the same moment, of (survivor, merged)."""
    browser = signed_in(cast.director)
    revisions = {client.pk: revision_of(client) for pair in orders for client in pair}

    def post(kept: Client, removed: Client) -> int:
        seen = f"{revisions[kept.pk]} {revisions[removed.pk]}"
        return browser.post(url(kept, removed), {"seen": seen}).status_code

    return together([lambda pair=pair: post(*pair) for pair in orders])


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_eight_clicks_merge_once_and_look_like_one(self) -> None:
        cast = make_cast()
        for _round in range(ROUNDS // 10):
            one, other = make_pair(cast)
            assert set(race(cast, [(one, other)] * RACERS)) == {302}
            assert ClientMerge.objects.filter(removed_pk=other.pk).count() == 1
            assert Interaction.objects.filter(client=one).count() == 2

    def test_one_into_the_other_and_the_other_into_the_one(self) -> None:
        cast = make_cast()
        for _round in range(ROUNDS // 6):
            one, other = make_pair(cast)
            assert set(race(cast, [(one, other), (other, one)] * (RACERS // 2))) == {302}
            (left,) = Client.objects.filter(pk__in=[one.pk, other.pk])
            assert ClientMerge.objects.filter(removed_pk__in=[one.pk, other.pk]).count() == 1
            assert Interaction.objects.filter(client=left).count() == 2

    def test_a_chain_of_three(self) -> None:
        """One into two, two into three: whichever comes first, nothing is lost or hangs on a client that is gone."""
        cast = make_cast()
        for _round in range(ROUNDS // 6):
            one, two = make_pair(cast)
            three, four = make_pair(cast)
            statuses = race(cast, [(two, one), (three, two), (four, three), (one, four)])
            assert set(statuses) <= {302, 409}, statuses
            assert 302 in statuses
            rest = Client.objects.filter(pk__in=[client.pk for client in (one, two, three, four)])
            assert Interaction.objects.filter(client__in=rest).count() == 4
            for gone in ClientMerge.objects.in_force():
                assert Client.objects.filter(pk=gone.kept_id).exists()
            Client.objects.filter(pk__in=rest).update(legal_name="Selesai")

    def test_without_the_lock_clicks_fail(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The fault that the lock guards against: of those that found both clients, only one can remove one."""

        def unlocked(*pks: int) -> list[Client]:
            found = Client.objects.in_bulk(pks)
            if len(found) < len(pks):
                raise merging.OvertakenError
            return [found[pk] for pk in pks]

        monkeypatch.setattr(merging, "lock", unlocked)
        monkeypatch.setattr(views, "lock", unlocked)
        cast = make_cast()
        statuses = set()
        for _round in range(5):
            one, other = make_pair(cast)
            statuses |= set(race(cast, [(one, other), (other, one)] * (RACERS // 2)))
        assert statuses - {302}

    def test_eight_undo_at_once(self) -> None:
        cast = make_cast()
        one, other = make_pair(cast)
        browser = signed_in(cast.director)
        before = everything()
        record = merge(one.pk, other.pk, takes=(), by=cast.director, now=NOW)
        undo = reverse("clients:merge_undo", args=[record.pk])
        assert set(together([lambda: browser.post(undo).status_code] * RACERS)) == {302}
        assert not different(before, everything())

    def test_somebody_logs_a_talk_with_the_merged_client_at_that_moment(self) -> None:
        """It is saved before, and moves; or it comes too late, and is told so (409)."""
        cast = make_cast()
        rebuild_all(today())
        talk = {
            "channel": "call",
            "outcome": "good",
            "happened_at": "2026-11-21T09:00",
            "summary": "Bersamaan",
        }
        for _round in range(ROUNDS // 6):
            one, other = make_pair(cast)
            director, owner = signed_in(cast.director), signed_in(cast.owner)
            seen = {"seen": f"{revision_of(one)} {revision_of(other)}"}
            log = reverse("clients:interaction_create", args=[other.pk])
            merged, logged = together(
                [
                    lambda director=director, one=one, other=other, seen=seen: director.post(
                        url(one, other), seen
                    ),
                    lambda owner=owner, log=log: owner.post(log, talk),
                ]
            )
            assert merged.status_code == 302
            assert logged.status_code in (302, 409), logged.status_code
            talks = Interaction.objects.filter(client=one, summary="Bersamaan").count()
            assert talks == (1 if logged.status_code == 302 else 0)
            Client.objects.filter(pk=one.pk).update(legal_name="Selesai")


@pytest.mark.django_db
@pytest.mark.usefixtures("frozen")
class TestOusting:
    """Who only owns one of two clients cannot take the other one over from its owner by merging them."""

    def asked(self, client: Browser, cast: Cast, role: str) -> int:
        mine = ClientFactory(legal_name="Punya Saya")
        AssignmentFactory(client=mine, user=cast.colleague, role="AM")
        AssignmentFactory(client=cast.client, user=cast.colleague, role=role)
        cast.colleague.user_permissions.set(cast.director.user_permissions.all())
        client.force_login(cast.colleague)
        return client.get(url(mine, cast.client)).status_code

    def test_support_cannot(self, client: Browser, cast: Cast) -> None:
        assert self.asked(client, cast, "support") == 403

    def test_the_other_owner_cannot(self, client: Browser, cast: Cast) -> None:
        assert self.asked(client, cast, "AE") == 403

    def test_where_nobody_else_loses_a_client_an_owner_can(self, client: Browser, cast: Cast) -> None:
        cast.client.assignments.all().delete()
        assert self.asked(client, cast, "AM") == 200
