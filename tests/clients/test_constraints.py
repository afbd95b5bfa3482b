"""Every rule of clients that the database holds, broken past the ORM."""

from datetime import date

import pytest

from clients.models import Assignment, ClientMerge, MergedRow, NotDuplicate
from tests.database import Violation, again, assert_refused_by, put
from tests.factories import (
    AnswerFactory,
    AssignmentFactory,
    ClientFactory,
    ConsentFactory,
    ContactFactory,
    InteractionFactory,
    SurveyFactory,
    TaskFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

JAN_1, JUN_30, JUL_1 = date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)


def _its_own_parent() -> None:
    client = ClientFactory()
    put(client, parent_id=client.pk)


def _first_half(**fields: object) -> Assignment:
    return AssignmentFactory(start=JAN_1, end=JUN_30, **fields)


def _csat() -> object:
    return AnswerFactory(survey=SurveyFactory(kind="csat"), score=5)


def _merge(**fields: object) -> ClientMerge:
    more = {"removed_pk": 1, "removed_name": "PT Lama", "at": "2026-11-21T10:00+07:00"}
    return ClientMerge.objects.create(kept=ClientFactory(), by=UserFactory(), **more | fields)


def _told_apart() -> NotDuplicate:
    return NotDuplicate.objects.create(one=ClientFactory(), other=ClientFactory(), by=UserFactory())


def _told_apart_again() -> None:
    told = _told_apart()
    again(told, one_id=told.other_id, other_id=told.one_id)


def _moved_row() -> MergedRow:
    return MergedRow.objects.create(of=_merge(), fate="moved", model="x", column="y", row_pk=1)


VIOLATIONS: list[tuple[str, Violation]] = [
    ("client_has_a_name", lambda: put(ClientFactory(), legal_name="")),
    ("client_code_once", lambda: again(ClientFactory(code="K-1"), code="k-1")),
    ("client_npwp_is_15_or_16_digits", lambda: put(ClientFactory(), npwp="12345678901234")),
    ("client_npwp_is_15_or_16_digits", lambda: put(ClientFactory(), npwp="12.345.678.9-012")),
    ("client_npwp_once", lambda: again(ClientFactory(npwp="0123456789012345"))),
    ("client_not_its_own_parent", _its_own_parent),
    ("client_merged_once", lambda: again(_merge())),
    ("client_merge_undone_by_somebody", lambda: put(_merge(), undone_at="2026-11-21T10:00+07:00")),
    ("merged_row_is_kept_if_left", lambda: put(_moved_row(), fate="left")),
    ("merged_row_is_kept_if_left", lambda: put(_moved_row(), whole="{}")),
    ("not_duplicate_once", _told_apart_again),
    ("not_duplicate_of_itself", lambda: put(told := _told_apart(), other_id=told.one_id)),
    ("contact_has_a_name", lambda: put(ContactFactory(), full_name="")),
    ("contact_one_primary_per_client", lambda: again(ContactFactory(is_primary=True))),
    ("contact_whatsapp_needs_a_phone", lambda: put(ContactFactory(), has_whatsapp=True)),
    ("contact_influence_is_1_to_3", lambda: put(ContactFactory(), influence=4)),
    ("consent_one_per_channel", lambda: again(ConsentFactory())),
    ("consent_not_withdrawn_before_given", lambda: put(ConsentFactory(), withdrawn_on="2025-12-31")),
    ("clients_assignment_end_not_before_start", lambda: put(_first_half(), end="2025-12-31")),
    (
        "assignment_one_owner_per_role",
        lambda: again(_first_half(), user_id=UserFactory().pk, start=JUN_30, end=None),
    ),
    ("assignment_person_once_per_role", lambda: again(_first_half(role="support"), start=JUN_30)),
    ("interaction_due_needs_a_step", lambda: put(InteractionFactory(), next_step_due="2026-11-24")),
    ("task_has_a_title", lambda: put(TaskFactory(), title="")),
    ("task_done_by_somebody", lambda: put(TaskFactory(), done_at="2026-11-21 10:00+07")),
    ("task_many_snoozes_need_a_reason", lambda: put(TaskFactory(), snoozes=4)),
    ("answer_score_is_0_to_10", lambda: put(AnswerFactory(), score=11)),
    ("answer_score_fits_survey", lambda: put(_csat(), score=0)),
    ("answer_score_fits_survey", lambda: put(_csat(), score=6)),
    ("answer_score_fits_survey", lambda: again(_csat(), score=10)),
    (
        "answer_score_fits_survey",
        lambda: put(AnswerFactory(score=10), survey_id=SurveyFactory(kind="csat").pk),
    ),
]


@pytest.mark.parametrize(("name", "violation"), VIOLATIONS)
def test_the_database_refuses(name: str, violation: Violation) -> None:
    assert_refused_by(name, violation)


@pytest.mark.parametrize("role", ["AM", "AE", "support", "sponsor"])
def test_an_assignment_may_begin_the_day_after_another_ended(role: str) -> None:
    again(_first_half(role=role), start=JUL_1, end=None)
    assert Assignment.objects.on(JUN_30).count() == Assignment.objects.on(JUL_1).count() == 1


def test_an_am_and_an_ae_and_several_supporters_share_a_client() -> None:
    am = _first_half()
    again(am, role="AE")
    again(am, role="support")
    again(am, role="support", user_id=UserFactory().pk)
    assert Assignment.objects.count() == 4


def test_many_clients_have_no_npwp() -> None:
    again(ClientFactory(npwp=""))


def test_a_former_primary_contact_leaves_room_for_a_new_one() -> None:
    again(ContactFactory(is_primary=True, is_active=False), is_active=True)


@pytest.mark.parametrize("score", [1, 5])
def test_csat_takes_its_lowest_and_highest_score(score: int) -> None:
    put(_csat(), score=score)


@pytest.mark.parametrize("score", [0, 10])
def test_nps_takes_its_lowest_and_highest_score(score: int) -> None:
    put(AnswerFactory(), score=score)
