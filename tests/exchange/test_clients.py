"""Files of clients."""

from datetime import date

import pytest

from accounts.models import User
from clients.models import Assignment, Client
from tests import factories
from tests.conftest import Cast
from tests.exchange.bringing import bring, brought, changes, outcomes, problems, take_over, undo

pytestmark = pytest.mark.django_db


def test_a_new_client_with_its_owner(director: User, cast: Cast) -> None:
    line = {
        "code": "K-1",
        "legal_name": "PT. Tirtavana Pangan Tbk",
        "industry": "FMCG",
        "tier": "key",
        "npwp": "01.234.567.8-012.000",
        "postal_code": "12430",
        "payment_days": "45",
        "am": cast.owner.email,
        "owned_since": "2025-01-01",
    }
    job = bring(director, "clients", [line | {"industry": "Makanan dan barang konsumsi"}])
    assert problems(job) == []
    assert changes(job, 2)["owned_since"] == ("", "1 Jan 2025")
    assert not Client.objects.filter(code="K-1").exists()  # a dry run
    take_over(job)
    client = Client.objects.get(code="K-1")
    assert (str(client), client.industry, client.tier) == ("PT Tirtavana Pangan Tbk", "fmcg", "key")
    assert (client.npwp, client.payment_days) == ("0012345678012000", 45)
    assignment = Assignment.objects.get(client=client)
    assert (assignment.user, assignment.role, assignment.start) == (cast.owner, "AM", date(2025, 1, 1))


def test_the_same_file_twice_changes_nothing(director: User, cast: Cast) -> None:
    lines = [
        {"code": "K-1", "legal_name": "CV Satu", "group": "", "am": cast.owner.email},
        {"code": "K-2", "legal_name": "PT Dua", "group": "K-1", "am": ""},
        {"code": "", "legal_name": "UD. Tiga", "group": "", "am": ""},
    ]
    brought(director, "clients", lines)
    assert Client.objects.get(code="K-2").parent == Client.objects.get(code="K-1")
    assert outcomes(bring(director, "clients", lines)) == ["unchanged"] * 3


def test_what_changes_is_shown_with_what_was(director: User, cast: Cast) -> None:
    cast.client.code = "K-9"
    cast.client.save()
    job = bring(director, "clients", [{"code": "k-9", "brand_name": "Nusa", "city": "Bandung"}])
    assert outcomes(job) == ["changed"]
    assert changes(job, 2) == {"code": ("K-9", "k-9"), "brand_name": ("", "Nusa"), "city": ("", "Bandung")}


def test_an_empty_cell_changes_nothing_and_a_word_empties(director: User, cast: Cast) -> None:
    Client.objects.filter(pk=cast.client.pk).update(brand_name="Nusa", city="Bandung")
    line = {"legal_name": "Nusarena Pangan", "brand_name": "", "city": "(kosong)"}
    brought(director, "clients", [line])
    cast.client.refresh_from_db()
    assert (cast.client.brand_name, cast.client.city) == ("Nusa", "")


def test_a_client_is_found_by_npwp_and_by_name_however_it_is_written(director: User, cast: Cast) -> None:
    Client.objects.filter(pk=cast.client.pk).update(npwp="0012345678012000")
    by_npwp = bring(director, "clients", [{"npwp": "012345678012000", "city": "Bandung"}])
    by_name = bring(director, "clients", [{"legal_name": "PT. NUSARENA-PANGAN", "city": "Bandung"}])
    assert outcomes(by_npwp) == outcomes(by_name) == ["changed"]


def test_a_name_with_another_code_is_a_new_client_that_looks_alike(director: User, cast: Cast) -> None:
    Client.objects.filter(pk=cast.client.pk).update(code="K-1")
    job = bring(director, "clients", [{"code": "K-2", "legal_name": "Nusarena Pangan"}])
    assert outcomes(job) == ["created"]
    assert "K-1" in job.lines.get().hints[0]


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ({"legal_name": "X", "npwp": "1234"}, "npwp", "15 or 16 digits"),
        ({"legal_name": "X", "tier": "emas"}, "tier", "none of: Strategic"),
        ({"code": "X"}, "legal_name", "missing"),
        ({"legal_name": "X", "am": "nobody@contoh.example"}, "am", "Nobody"),
        ({"legal_name": "X", "am": "bukan"}, "am", "Nobody"),
        ({"legal_name": "X", "payment_days": "30 hari"}, "payment_days", "number"),
        ({"legal_name": "X", "postal_code": "01234"}, "postal_code", "does not begin with 0"),
        ({"legal_name": "X", "group": "Y"}, "group", "no client"),
        ({"legal_name": "X", "group": "X"}, "group", "part of itself"),
        ({"legal_name": "X" * 161}, "legal_name", "160"),
        ({"legal_name": "X", "owned_since": "31.31.2025"}, "owned_since", ""),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column(
    director: User, line: dict, column: str, words: str
) -> None:
    [(number, where, text)] = problems(bring(director, "clients", [line]))
    assert (number, where) == (2, column)
    assert words in text


def test_two_lines_about_one_client_are_refused(director: User, cast: Cast) -> None:
    lines = [{"code": "K-1", "legal_name": "A"}, {"code": "k-1", "legal_name": "B"}]
    assert [found[:2] for found in problems(bring(director, "clients", lines))] == [(3, "code")]
    lines = [{"legal_name": "Nusarena Pangan"}, {"legal_name": "CV Nusarena Pangan"}]
    assert [found[:2] for found in problems(bring(director, "clients", lines))] == [(3, "")]


def test_two_new_clients_with_one_npwp_are_refused(director: User) -> None:
    lines = [{"code": n, "legal_name": n, "npwp": "0012345678012000"} for n in ("A", "B")]
    assert [found[:2] for found in problems(bring(director, "clients", lines))] == [(3, "npwp")]


def test_what_only_the_database_knows_is_told_too(director: User, cast: Cast) -> None:
    """The NPWP of a client that the importer may not see."""
    Client.objects.filter(pk=cast.foreign.pk).update(npwp="0012345678012000")
    lines = [
        {"code": "A", "legal_name": "Baik", "npwp": ""},
        {"code": "B", "legal_name": "Bentrok", "npwp": "0012345678012000"},
    ]
    job = bring(director, "clients", lines)
    assert outcomes(job) == ["created", "error"]
    assert problems(job) == [(3, "npwp", "Another client has this NPWP already.")]
    assert "Sagarata" not in str(list(job.lines.values()))


def test_a_foreign_client_is_like_none(owner: User, cast: Cast) -> None:
    """By name it is a new client of the importer; nothing of the foreign one is shown or changed."""
    Client.objects.filter(pk=cast.foreign.pk).update(city="Surabaya")
    job = bring(owner, "clients", [{"legal_name": "Sagarata Niaga", "city": "Bandung"}])
    assert outcomes(job) == ["created"]
    assert "Surabaya" not in str(list(job.lines.values()))
    take_over(job)
    cast.foreign.refresh_from_db()
    assert cast.foreign.city == "Surabaya"
    assert Client.objects.filter(legal_name="Sagarata Niaga").count() == 2


def test_without_an_owner_the_importer_owns_it_unless_she_sees_it_anyway(
    owner: User, director: User, cast: Cast
) -> None:
    brought(owner, "clients", [{"legal_name": "Milik Sendiri"}])
    assert Assignment.objects.get(client__legal_name="Milik Sendiri").user == owner
    brought(director, "clients", [{"legal_name": "Belum Dibagi"}])
    assert not Assignment.objects.filter(client__legal_name="Belum Dibagi").exists()
    assert Client.objects.visible_to(director).filter(legal_name="Belum Dibagi").exists()


def test_an_account_manager_gives_clients_to_nobody_else(owner: User, cast: Cast) -> None:
    job = bring(owner, "clients", [{"legal_name": "Baru", "am": cast.colleague.email}])
    assert [found[1] for found in problems(job)] == ["am"]


def test_who_sees_a_client_but_may_not_edit_it_changes_nothing(owner: User, cast: Cast) -> None:
    factories.AssignmentFactory(client=cast.foreign, user=owner, role="sponsor")
    lines = [{"legal_name": "Sagarata Niaga", "city": "Bandung"}]
    [(_line, column, text)] = problems(bring(owner, "clients", lines))
    assert (column, text) == ("", "You may see this client, but not change it.")


def test_the_tier_is_for_leads(owner: User, cast: Cast) -> None:
    lines = [{"legal_name": "Nusarena Pangan", "tier": "strategic"}]
    assert [found[1] for found in problems(bring(owner, "clients", lines))] == ["tier"]


def test_groups_of_new_clients_stand_or_fall_together(director: User) -> None:
    lines = [
        {"code": "A", "legal_name": "Anak", "group": "B", "npwp": ""},
        {"code": "B", "legal_name": "Induk", "group": "C", "npwp": ""},
        {"code": "C", "legal_name": "Puncak", "group": "", "npwp": "123"},
        {"code": "D", "legal_name": "Lain", "group": "", "npwp": ""},
    ]
    job = bring(director, "clients", lines)
    assert outcomes(job) == ["left_out", "left_out", "error", "created"]
    lines[2]["npwp"] = ""
    brought(director, "clients", lines)
    assert Client.objects.get(code="A").parent.parent == Client.objects.get(code="C")


def test_a_circle_of_groups_is_refused(director: User) -> None:
    lines = [{"code": "A", "legal_name": "A", "group": "B"}, {"code": "B", "legal_name": "B", "group": "A"}]
    assert {found[1] for found in problems(bring(director, "clients", lines))} == {"group"}


def test_another_owner_than_the_current_one_is_an_assignment(director: User, cast: Cast) -> None:
    job = bring(director, "clients", [{"legal_name": "Nusarena Pangan", "am": cast.colleague.email}])
    assert [found[1] for found in problems(job)] == ["am"]
    same = bring(director, "clients", [{"legal_name": "Nusarena Pangan", "am": cast.owner.email}])
    assert outcomes(same) == ["unchanged"]


def test_undo_takes_back_new_and_changed(director: User, cast: Cast) -> None:
    lines = [
        {"code": "N", "legal_name": "Baru", "am": cast.owner.email, "city": "Solo"},
        {"code": "", "legal_name": "Nusarena Pangan", "am": "", "city": "Bandung"},
    ]
    job = undo(brought(director, "clients", lines))
    assert job.state == "undone", job.complaint
    assert not Client.objects.filter(code="N").exists()
    cast.client.refresh_from_db()
    assert cast.client.city == ""


def test_undo_is_refused_when_somebody_has_touched_a_row(director: User, cast: Cast) -> None:
    job = brought(
        director, "clients", [{"code": "N", "legal_name": "Baru"}, {"code": "M", "legal_name": "Lain"}]
    )
    Client.objects.filter(code="N").update(city="Medan")
    job = undo(job)
    assert (job.state, "Baru" in job.complaint) == ("applied", True)
    assert Client.objects.filter(code="M").exists()


def test_undo_is_refused_when_something_hangs_on_a_new_row(director: User) -> None:
    job = brought(director, "clients", [{"code": "N", "legal_name": "Baru"}])
    factories.ContactFactory(client=Client.objects.get(code="N"), full_name="Ibu Sari")
    job = undo(job)
    assert (job.state, "Ibu Sari" in job.complaint) == ("applied", True)


def test_an_owner_is_found_by_the_name_she_goes_by_where_one_alone_has_it(director: User, cast: Cast) -> None:
    User.objects.filter(pk=cast.owner.pk).update(preferred_name="Rina")
    brought(director, "clients", [{"legal_name": "Baru", "am": "rina"}])
    assert Assignment.objects.get(client__legal_name="Baru").user == cast.owner
    User.objects.filter(pk=cast.colleague.pk).update(preferred_name="Rina")
    [(_line, column, text)] = problems(bring(director, "clients", [{"legal_name": "Lain", "am": "Rina"}]))
    assert (column, "2 people" in text) == ("am", True)


@pytest.mark.parametrize("name", ["TOTAL KLIEN", "Jumlah", "Grand Total:", "Total 12"])
def test_a_line_of_totals_is_no_client(director: User, name: str) -> None:
    [(_line, _column, text)] = problems(bring(director, "clients", [{"legal_name": name, "city": "12"}]))
    assert "totals" in text


def test_a_company_may_be_called_total(director: User) -> None:
    brought(director, "clients", [{"legal_name": "PT Total Bangun Persada"}, {"legal_name": "Total Media"}])


def test_a_name_without_a_legal_form_gets_none(director: User) -> None:
    lines = [{"legal_name": name} for name in ("Toko Sinar", "PT. Sagara Kimia", "UD Tiga")]
    brought(director, "clients", lines)
    assert sorted(map(str, Client.objects.filter(created_by=director))) == [
        "PT Sagara Kimia",
        "Toko Sinar",
        "UD Tiga",
    ]
