"""Two records of one client become one, and two again: every row follows and comes back, and so do the numbers."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pghistory
import pytest
from django.db import connection
from django.db.models import DO_NOTHING, ForeignObjectRel
from django.test.utils import CaptureQueriesContext

from clients.merging import owners
from clients.merging.choices import ITS_OWN, all_choices, usual
from clients.merging.links import links
from clients.merging.merge import OvertakenError, RefusedError, merge
from clients.merging.undo import forget_expired, undo
from clients.models import (
    Answer,
    Assignment,
    Client,
    ClientMerge,
    Contact,
    Interaction,
    MergedRow,
    NotDuplicate,
)
from clients.tasks import forget_expired_merges
from contracts.models import Contract
from kpis import snapshots
from notifications.models import Notification, OutboundEmail
from tests import factories
from tests.clients.doubles import NOW, Doubles, different, everything, make_doubles
from tests.conftest import Cast
from tests.kpis.test_incremental import derived

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
TODAY = NOW.date()
DERIVED = {  # goes with its client and is computed anew
    "contracts.ValueSegment", "contracts.ActiveSpan", "contracts.ContractTerm", "contracts.ClientStanding",
    "kpis.Credit", "kpis.StaleClient",
}  # fmt: skip


@pytest.fixture
def doubles(cast: Cast) -> Doubles:
    return make_doubles(cast)


def merged(doubles: Doubles, *takes: str) -> ClientMerge:
    return merge(doubles.kept.pk, doubles.removed.pk, takes=takes, by=doubles.by, now=NOW)


def undone(record: ClientMerge, doubles: Doubles, **later: int) -> ClientMerge:
    return undo(record.pk, by=doubles.by, now=NOW + timedelta(**later))


# --- Every table ---------------------------------------------------------------------------------


def test_every_table_with_a_client_is_a_fact_that_moves_or_known_to_be_derived() -> None:
    """A new table that points at a client either protects it, and so follows a merge, or is named here."""
    pointing = [
        field for field in Client._meta.get_fields(include_hidden=True) if isinstance(field, ForeignObjectRel)
    ]
    facts = {(each.model, each.column) for each in links()}
    rest = {
        field.related_model._meta.label
        for field in pointing
        if (field.related_model, field.field.attname) not in facts
        and not (field.on_delete is DO_NOTHING and field.related_model.__name__.endswith("Event"))
    }
    assert rest == DERIVED


def test_every_row_moves_or_stays_behind_and_all_come_back(doubles: Doubles) -> None:
    mine = {each: set(each.rows(doubles.removed.pk).values_list("pk", flat=True)) for each in links()}
    assert not [f"{each.label}.{each.column}" for each, pks in mine.items() if not pks], (
        "give the doubles such a row"
    )
    before = everything()
    record = merged(doubles, "name", "code", "npwp", "parent", "billing_contact", "payment_days", "address")
    assert not Client.objects.filter(pk=doubles.removed.pk).exists()
    for each, pks in mine.items():
        here = set(each.rows(doubles.kept.pk).filter(pk__in=pks).values_list("pk", flat=True))
        left = record.rows.filter(fate="left", model=each.label, column=each.column)
        assert here | set(left.values_list("row_pk", flat=True)) == pks, each
        assert not each.rows(doubles.removed.pk).exists()
    assert different(before, everything())
    undone(record, doubles)
    assert not different(before, everything())


def test_every_field_of_a_client_is_in_one_choice() -> None:
    attnames = {field.attname for field in Client._meta.concrete_fields if field.name not in ITS_OWN}
    assert Counter(column for each in all_choices() for column in each.columns) == Counter(attnames)


# --- Values --------------------------------------------------------------------------------------


def test_the_survivor_takes_what_it_lacks_and_what_was_chosen(doubles: Doubles) -> None:
    kept, removed = doubles.kept, doubles.removed
    assert usual(kept, removed) == {"brand_name", "npwp", "address", "parent"}
    record = merged(doubles, "code", *usual(kept, removed))
    kept.refresh_from_db()
    assert (kept.code, kept.npwp, kept.brand_name, kept.city) == ("K-2", removed.npwp, "Nusa", "Bogor")
    assert (kept.legal_name, kept.source) == ("Nusarena Pangan", "Telepon")
    assert kept.parent_id == removed.parent_id
    Client.objects.filter(pk=kept.pk).update(city="Depok")  # since then
    undone(record, doubles)
    kept.refresh_from_db()
    assert (kept.code, kept.npwp, kept.brand_name, kept.parent) == ("K-1", "", "", None)
    assert kept.city == "Depok"


def test_a_client_goes_up_in_its_own_group_and_a_group_in_its_member(cast: Cast) -> None:
    group = factories.ClientFactory()
    top = factories.ClientFactory()
    Client.objects.filter(pk=group.pk).update(parent=top)
    member = factories.ClientFactory(parent=group)
    before = everything()
    record = merge(member.pk, group.pk, takes={"parent"}, by=cast.director, now=NOW)
    member.refresh_from_db()
    assert member.parent == top
    undo(record.pk, by=cast.director, now=NOW)
    assert not different(before, everything())
    record = merge(group.pk, member.pk, takes=(), by=cast.director, now=NOW)
    assert Client.objects.get(pk=group.pk).parent == top
    undo(record.pk, by=cast.director, now=NOW)
    assert not different(before, everything())


def test_a_client_never_becomes_part_of_itself(cast: Cast) -> None:
    top = factories.ClientFactory()
    middle = factories.ClientFactory(parent=top)
    low = factories.ClientFactory(parent=middle)
    before = everything()
    with pytest.raises(RefusedError, match="grup"):
        merge(low.pk, top.pk, takes=(), by=cast.director, now=NOW)
    assert not different(before, everything())


# --- Who looks after it --------------------------------------------------------------------------


def days(client: Client) -> set[tuple[str, str, date, date | None]]:
    rows = Assignment.objects.filter(client=client)
    return set(rows.values_list("role", "user__full_name", "start", "end"))


def test_the_survivors_owner_stays_and_the_others_fills_the_days_without(doubles: Doubles) -> None:
    merged(doubles)
    assert days(doubles.kept) == {
        ("AM", "Owner", date(2020, 1, 1), None),
        ("AM", "Colleague", date(2019, 6, 1), date(2019, 12, 31)),
        ("AE", "Colleague", date(2021, 1, 1), None),
        ("support", "Owner", date(2020, 1, 1), None),
        ("sponsor", "Owner", date(2023, 6, 1), date(2023, 6, 30)),
        ("sponsor", "Owner", date(2023, 1, 1), date(2023, 5, 31)),
        ("sponsor", "Owner", date(2023, 7, 1), date(2024, 12, 31)),
    }


JAN, FEB, MAR, APR = (date(2026, month, 1) for month in range(1, 5))
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("theirs", "taken", "free"),
    [
        ((JAN, MAR), [], [(JAN, MAR)]),
        ((JAN, MAR), [(JAN, MAR)], []),
        ((JAN, MAR), [(JAN, None)], []),
        ((FEB, None), [(JAN, FEB)], [(FEB + DAY, None)]),
        ((FEB, None), [(JAN, FEB - DAY)], [(FEB, None)]),
        ((JAN, None), [(FEB, MAR)], [(JAN, FEB - DAY), (MAR + DAY, None)]),
        ((JAN, FEB), [(FEB, None)], [(JAN, FEB - DAY)]),
        ((JAN, FEB), [(FEB + DAY, None)], [(JAN, FEB)]),
        ((JAN, APR), [(JAN, JAN), (FEB, FEB), (APR, APR)], [(JAN + DAY, FEB - DAY), (FEB + DAY, APR - DAY)]),
    ],
)  # fmt: skip
def test_days_that_are_free(theirs: Any, taken: Any, free: Any) -> None:
    assert owners._free(theirs, taken) == free


def test_the_survivors_primary_contact_stays_the_only_one(doubles: Doubles) -> None:
    record = merged(doubles)
    primary = Contact.objects.filter(client=doubles.kept, is_primary=True)
    assert [contact.full_name for contact in primary] == ["Wahyuni 1"]
    undone(record, doubles)
    assert Contact.objects.get(client=doubles.removed).is_primary


def test_a_primary_contact_stays_primary_where_the_survivor_had_none(doubles: Doubles) -> None:
    Contact.objects.filter(client=doubles.kept).update(is_primary=False)
    merged(doubles)
    assert Contact.objects.get(client=doubles.kept, is_primary=True).full_name == "Wahyuni 2"


# --- Undo ----------------------------------------------------------------------------------------


def test_what_was_added_since_stays_but_for_what_belongs_to_something_that_goes_back(
    doubles: Doubles,
) -> None:
    record = merged(doubles)
    kept = doubles.kept
    theirs = Contact.objects.get(full_name="Wahyuni 2")
    stays = factories.InteractionFactory(client=kept)
    goes = factories.InteractionFactory(client=kept, contact=theirs)
    renewal = factories.ContractFactory(
        client=kept, renewed_from=Contract.objects.get(number="PKS-2R"), start=date(2027, 6, 2), end=None
    )
    second = factories.ContractFactory(
        client=kept, renewed_from=renewal, start=date(2028, 6, 2), end=None, status="draft"
    )
    Client.objects.filter(pk=kept.pk).update(billing_contact=theirs)
    undone(record, doubles)
    assert Interaction.objects.get(pk=stays.pk).client == kept
    assert Interaction.objects.get(pk=goes.pk).client == doubles.removed
    assert set(Contract.objects.filter(pk__in=[renewal.pk, second.pk]).values_list("client", flat=True)) == {
        doubles.removed.pk
    }
    assert Client.objects.get(pk=kept.pk).billing_contact is None


def test_what_was_given_to_somebody_else_since_is_left_there(doubles: Doubles) -> None:
    record = merged(doubles)
    answer = Answer.objects.get(score=10)
    Answer.objects.filter(pk=answer.pk).update(client=doubles.third)
    undone(record, doubles)
    assert Answer.objects.get(pk=answer.pk).client == doubles.third


def test_an_owner_replaced_since_goes_back_as_she_is_now(doubles: Doubles, cast: Cast) -> None:
    record = merged(doubles)
    ours = Assignment.objects.get(client=doubles.kept, role="AE")
    Assignment.objects.filter(pk=ours.pk).update(end=date(2026, 11, 30))
    factories.AssignmentFactory(client=doubles.kept, role="AE", user=cast.lead, start=date(2026, 12, 1))
    undone(record, doubles)
    assert ("AE", "Colleague", date(2021, 1, 1), date(2026, 11, 30)) in days(doubles.removed)
    assert ("AE", "Lead", date(2026, 12, 1), None) in days(doubles.kept)


def test_days_that_were_cut_come_back_unless_they_were_changed_since(doubles: Doubles) -> None:
    record = merged(doubles)
    cut = Assignment.objects.get(client=doubles.kept, role="AM", user__full_name="Colleague")
    Assignment.objects.filter(pk=cut.pk).update(end=date(2019, 11, 30))
    undone(record, doubles)
    assert ("AM", "Colleague", date(2019, 6, 1), date(2019, 11, 30)) in days(doubles.removed)


def test_undoing_twice_is_undoing_once(doubles: Doubles) -> None:
    record = merged(doubles)
    undone(record, doubles)
    state = everything()
    assert undone(record, doubles, days=40).undone_at == NOW
    assert not different(state, everything())


def test_it_can_be_undone_for_thirty_times_24_hours(doubles: Doubles) -> None:
    record = merged(doubles)
    state = everything()
    with pytest.raises(RefusedError, match="30"):
        undone(record, doubles, days=30)
    assert not different(state, everything())
    undone(record, doubles, days=30, microseconds=-1)


def test_after_that_nothing_personal_is_remembered(doubles: Doubles, frozen: Any) -> None:
    record = merged(doubles, "npwp")
    assert forget_expired(NOW + timedelta(days=30, microseconds=-1)) == 0
    assert record.rows.exists()
    frozen.shift(timedelta(days=30))
    assert forget_expired_merges() == 2  # that of the doubles, too
    record.refresh_from_db()
    assert (record.removed, record.changes, MergedRow.objects.count()) == (None, {}, 0)
    assert (record.removed_name, record.by) == ("PT NUSARENA PANGAN", doubles.by)
    assert forget_expired_merges() == 0


def test_an_undone_merge_remembers_nothing(doubles: Doubles) -> None:
    record = undone(merged(doubles, "npwp"), doubles)
    record.refresh_from_db()
    assert (record.removed, record.changes, record.rows.count()) == (None, {}, 0)


@pytest.mark.parametrize("column", ["code", "npwp"])
def test_a_code_or_number_taken_meanwhile_is_named_and_nothing_is_half_done(
    doubles: Doubles, cast: Cast, column: str
) -> None:
    record = merged(doubles)
    taker = factories.ClientFactory(legal_name="Perebut", **{column: getattr(doubles.removed, column)})
    factories.AssignmentFactory(client=taker, user=cast.owner)
    state = everything()
    with pytest.raises(RefusedError, match="Perebut") as refusal:
        undone(record, doubles)
    assert getattr(doubles.removed, column) in str(refusal.value)
    assert not different(state, everything())
    Client.objects.filter(pk=taker.pk).update(**{column: ""})
    undone(record, doubles)


def test_who_took_a_code_is_not_told_to_somebody_who_may_not_see_that_client(doubles: Doubles) -> None:
    record = merged(doubles)
    taker = factories.ClientFactory(legal_name="Rahasia", code="k-2")
    factories.AssignmentFactory(client=taker)
    with pytest.raises(RefusedError) as refusal:
        undone(record, doubles)
    assert "Rahasia" not in str(refusal.value)


def test_another_rule_in_the_way_is_told_in_its_own_words(doubles: Doubles) -> None:
    """The survivor's own code of before belongs to somebody else by now."""
    record = merged(doubles, "code")
    factories.ClientFactory(code="K-1")
    state = everything()
    with pytest.raises(RefusedError, match=r"sudah dipakai|in use already"):
        undone(record, doubles)
    assert not different(state, everything())


def test_messages_about_the_merged_client_are_about_the_survivor_and_back(doubles: Doubles) -> None:
    def about() -> dict[str, int]:
        return {
            model.__name__: model.objects.filter(about_id=doubles.kept.pk).count()
            for model in (Notification, OutboundEmail)
        }

    assert about() == {"Notification": 1, "OutboundEmail": 1}
    record = merged(doubles)
    assert about() == {"Notification": 2, "OutboundEmail": 2}
    undone(record, doubles)
    assert about() == {"Notification": 1, "OutboundEmail": 1}


# --- One after the other -------------------------------------------------------------------------


def test_a_survivor_that_is_merged_further_takes_everything_along_and_gives_it_back(doubles: Doubles) -> None:
    start = everything()
    first = merged(doubles)
    between = everything()
    second = merge(doubles.third.pk, doubles.kept.pk, takes=(), by=doubles.by, now=NOW)
    assert set(ClientMerge.objects.in_force().values_list("kept", flat=True)) == {doubles.third.pk}
    with pytest.raises(RefusedError, match="Nusarena Pangan"):
        undone(first, doubles)
    undone(second, doubles)
    assert not different(between, everything())
    undone(first, doubles)
    assert not different(start, everything())


def test_a_client_whose_group_was_merged_meanwhile_comes_back_to_the_survivor_of_it(doubles: Doubles) -> None:
    record = merged(doubles)
    group = doubles.removed.parent
    merge(doubles.third.pk, group.pk, takes=(), by=doubles.by, now=NOW)
    undone(record, doubles)
    assert Client.objects.get(pk=doubles.removed.pk).parent == doubles.third


def test_a_client_that_is_gone_is_not_merged(doubles: Doubles) -> None:
    merged(doubles)
    for kept, removed in ((doubles.kept, doubles.removed), (doubles.removed, doubles.third)):
        with pytest.raises(OvertakenError):
            merge(kept.pk, removed.pk, takes=(), by=doubles.by, now=NOW)


def test_pairs_told_apart_follow(doubles: Doubles) -> None:
    merged(doubles)
    told = {frozenset(pair) for pair in NotDuplicate.objects.values_list("one", "other")}
    kept, group = doubles.kept.pk, doubles.removed.parent_id
    assert told == {frozenset({kept, doubles.third.pk}), frozenset({kept, group})}


# --- Numbers and history -------------------------------------------------------------------------


def settle() -> None:
    while snapshots.rebuild_stale(100, NOW):
        pass
    snapshots.catch_up(TODAY)


def numbers() -> Any:
    settle()
    return derived()


def assert_rebuilt() -> None:
    step_by_step = numbers()
    snapshots.rebuild_all(TODAY)
    assert derived() == step_by_step


@pytest.fixture
def computed(doubles: Doubles) -> Doubles:
    snapshots.rebuild_all(TODAY)
    return doubles


def test_numbers_after_a_merge_and_after_its_undo_are_those_of_a_full_rebuild(computed: Doubles) -> None:
    before = derived()
    record = merged(computed)
    after = numbers()
    assert after != before
    snapshots.rebuild_all(TODAY)
    assert derived() == after
    undone(record, computed)
    assert numbers() == before
    assert_rebuilt()


def test_numbers_are_right_also_where_nothing_was_computed_in_between(computed: Doubles) -> None:
    before = derived()
    undone(merged(computed), computed)
    assert numbers() == before
    merged(computed)
    assert_rebuilt()


def only_owners(removed: Client) -> None:
    Contract.objects.filter(client=removed).update(status="draft", signed_on=None)
    Answer.objects.filter(client=removed).delete()


def only_answers(removed: Client) -> None:
    Contract.objects.filter(client=removed).update(status="draft", signed_on=None)


@pytest.mark.parametrize("less", [only_owners, only_answers])
def test_numbers_are_right_also_of_clients_without_contracts(
    doubles: Doubles, less: Callable[[Client], None]
) -> None:
    less(doubles.removed)
    snapshots.rebuild_all(TODAY)
    merged(doubles)
    assert_rebuilt()


def test_the_history_tells_who_merged_what_and_who_took_it_back(doubles: Doubles, cast: Cast) -> None:
    with pghistory.context(user=cast.director.pk):
        record = merged(doubles)
    events = record.events.order_by("pgh_id")
    assert [event.pgh_label for event in events] == ["insert"]
    assert events[0].removed_name == "PT NUSARENA PANGAN"
    undone(record, doubles)
    assert [event.pgh_label for event in events.all()] == ["insert", "update"]


def test_a_merge_takes_the_same_statements_for_many_rows(doubles: Doubles) -> None:
    with CaptureQueriesContext(connection) as few:
        record = merged(doubles)
    undone(record, doubles)
    for _ in range(20):
        factories.InteractionFactory(client=doubles.removed)
        factories.ContractFactory(client=doubles.removed)
    with CaptureQueriesContext(connection) as many:
        merged(doubles)
    assert len(many) == len(few)
