"""Who may undo an import: whoever may still change all its rows at the moment when a worker does it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from clients.models import Assignment, Client, Contact
from exchange.importing.running import run_next
from exchange.models import Import
from tests import factories
from tests.conftest import NOW, Cast
from tests.exchange.bringing import State, brought, undo
from tests.exchange.conftest import who_may

pytestmark = pytest.mark.django_db

REFUSAL = "This cannot be undone: you may no longer change all of its rows."


def refused(job: Import) -> bool:
    job = undo(job)
    return (job.state, job.complaint) == (State.APPLIED, REFUSAL)


def loses(user: User, client: Client) -> None:
    Assignment.objects.filter(user=user, client=client).delete()


def owned(user: User, code: str) -> Client:
    client: Client = factories.ClientFactory(code=code, city="Solo")
    factories.AssignmentFactory(client=client, user=user)
    return client


def test_whoever_may_no_longer_import_undoes_nothing(owner: User) -> None:
    client = owned(owner, "K-1")
    job = brought(owner, "clients", [{"code": "K-1", "city": "Medan"}])
    owner.user_permissions.clear()
    assert refused(job)
    client.refresh_from_db()
    assert client.city == "Medan"


def test_whoever_left_undoes_nothing(owner: User) -> None:
    owned(owner, "K-1")
    job = brought(owner, "clients", [{"code": "K-1", "city": "Medan"}])
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert refused(job)


def test_whoever_may_no_longer_bring_this_kind_of_rows_undoes_nothing(director: User) -> None:
    job = brought(director, "products", [{"code": "P-1", "name": "P", "family": "P", "list_price": "1000"}])
    director.user_permissions.set([])
    director = who_may(director, "import_data")
    assert refused(job)


def test_a_client_that_is_no_longer_hers_stays_as_it_is(owner: User) -> None:
    kept, lost = owned(owner, "K-1"), owned(owner, "K-2")
    job = brought(owner, "clients", [{"code": "K-1", "city": "Medan"}, {"code": "K-2", "city": "Medan"}])
    loses(owner, lost)
    assert refused(job)
    kept.refresh_from_db()
    assert kept.city == "Medan"


def test_a_new_client_that_is_no_longer_hers_stays(owner: User) -> None:
    owned(owner, "K-1")
    job = brought(owner, "clients", [{"code": "K-2", "legal_name": "Baru"}])
    new = Client.objects.get(code="K-2")
    other = factories.UserFactory()
    Assignment.objects.filter(client=new).delete()
    factories.AssignmentFactory(client=new, user=other)
    assert refused(job)
    assert Client.objects.filter(code="K-2").exists()


def test_a_contact_of_a_client_that_is_no_longer_hers_stays(owner: User) -> None:
    kept, lost = owned(owner, "K-1"), owned(owner, "K-2")
    lines = [{"client": each.code, "full_name": f"Ibu {each.code}"} for each in (kept, lost)]
    job = brought(owner, "contacts", lines)
    loses(owner, lost)
    assert refused(job)
    assert Contact.objects.filter(full_name__startswith="Ibu K-").count() == 2


def test_an_assignment_takes_the_right_to_lead_the_client(cast: Cast, director: User) -> None:
    client = owned(cast.owner, "K-1")
    line = {"client": "K-1", "user": cast.colleague.email, "role": "support", "start": "2026-11-01"}
    job = brought(director, "assignments", [line])
    Import.objects.filter(pk=job.pk).update(requested_by=who_may(cast.owner, "import_data"))
    job.refresh_from_db()
    assert Client.objects.editable_by(cast.owner).filter(pk=client.pk).exists()
    assert refused(job)
    assert Assignment.objects.filter(client=client, role="support").exists()


def test_a_change_that_only_leads_may_make_takes_a_lead_to_undo(cast: Cast, director: User) -> None:
    client = owned(cast.owner, "K-1")
    Client.objects.filter(pk=client.pk).update(tier="regular")
    job = brought(director, "clients", [{"code": "K-1", "tier": "strategic"}])
    Import.objects.filter(pk=job.pk).update(requested_by=who_may(cast.owner, "import_data"))
    job.refresh_from_db()
    assert refused(job)


def test_the_first_owner_of_a_new_client_goes_with_it(owner: User) -> None:
    """Whoever brings a client of her own leads nobody, and takes it back all the same."""
    job = brought(owner, "clients", [{"code": "K-2", "legal_name": "Baru"}])
    assert Assignment.objects.filter(client__code="K-2", user=owner).exists()
    assert undo(job).state == State.UNDONE
    assert not Client.objects.filter(code="K-2").exists()


def statements_to_undo(user: User, codes: list[str]) -> int:
    job = brought(user, "clients", [{"code": code, "legal_name": f"Klien {code}"} for code in codes])
    Import.objects.filter(pk=job.pk).update(state=State.UNDOING, due_at=NOW)
    with CaptureQueriesContext(connection) as queries:
        run_next(NOW)
    job.refresh_from_db()
    assert job.state == State.UNDONE, job.complaint
    return len(queries)


def test_an_undo_of_ten_rows_takes_as_many_statements_as_one(owner: User) -> None:
    statements_to_undo(owner, ["A"])
    assert statements_to_undo(owner, ["B"]) == statements_to_undo(owner, [f"C-{n}" for n in range(10)])
