"""When something goes wrong: our own page, in the reader's language, with a reference and no detail."""

import re
from collections.abc import Iterator

import pytest
import structlog
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from clients.models import Client
from config import errors
from tests.conftest import Cast, make_cast
from tests.factories import TaskFactory
from tests.races import signed_in, together


@pytest.fixture
def request_of_a_stranger(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/")
    request.user = AnonymousUser()
    return request


@pytest.fixture
def reference() -> Iterator[str]:
    structlog.contextvars.bind_contextvars(request_id="K-4F2A")
    yield "K-4F2A"
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize(
    ("status", "page", "text"),
    [
        (
            400,
            lambda request: errors.bad_request(request, ValueError("secret detail")),
            "tidak dapat dipahami",
        ),
        (403, lambda request: errors.permission_denied(request, PermissionDenied("secret detail")), "izin"),
        (403, lambda request: errors.csrf_failure(request, "secret detail"), "muat ulang"),
        (404, lambda request: errors.not_found(request, ValueError("secret detail")), "tidak ada"),
        (409, errors.conflict, "lebih dulu"),
        (429, errors.too_many_requests, "Tunggu beberapa menit"),
    ],
)
def test_each_error_has_a_page_with_its_reference_and_without_detail(
    request_of_a_stranger: HttpRequest, reference: str, status: int, page: object, text: str
) -> None:
    with translation.override("id"):
        response = page(request_of_a_stranger)

    body = response.content.decode()
    assert response.status_code == status
    assert text in body
    assert f"<code data-reference>{reference}</code>" in body
    assert "secret detail" not in body


@pytest.mark.parametrize(("error", "status"), [(RuntimeError(), 500), (InterfaceError(), 503)])
def test_the_worst_pages_need_neither_database_nor_context(
    rf: RequestFactory, reference: str, error: Exception, status: int
) -> None:
    try:
        raise error
    except type(error):
        response = errors.server_error(rf.get("/"))  # pytest-django refuses every query here

    assert response.status_code == status
    assert reference in response.content.decode()


def test_a_signed_in_person_meets_an_error_inside_the_frame(client: Browser, cast: Cast) -> None:
    client.force_login(cast.owner)

    body = client.get("/nowhere/").content.decode()

    assert "Halaman ini tidak ada" in body
    assert reverse("accounts:profile") in body
    assert re.search(r"<code data-reference>[0-9a-f-]{36}</code>", body)


def test_a_stranger_learns_nothing_from_an_unknown_address(client: Browser, db: None) -> None:
    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert reverse("accounts:profile") not in response.content.decode()


def test_an_expired_session_leaves_the_page_instead_of_filling_a_corner_of_it(
    client: Browser, db: None
) -> None:
    response = client.get(
        reverse("accounts:profile"),
        headers={"HX-Request": "true", "HX-Current-URL": "https://testserver/clients/?q=a%20b"},
    )

    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == f"{reverse('account_login')}?next=/clients/%3Fq%3Da%2520b"


def test_the_way_back_after_sign_in_never_leads_to_another_site(client: Browser, db: None) -> None:
    response = client.get(
        reverse("accounts:profile"),
        headers={"HX-Request": "true", "HX-Current-URL": "https://jahat.example//jahat.example/"},
    )

    assert response.headers["HX-Redirect"] == f"{reverse('account_login')}?next=/"


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_takes_too_long_is_a_conflict_and_no_fault() -> None:
    cast = make_cast()
    task = TaskFactory(client=cast.client, owner=cast.owner)
    done = reverse("clients:task_done", args=[task.pk])
    browser = signed_in(cast.owner)

    def impatient() -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        return browser.post(done)

    with transaction.atomic():
        Client.objects.select_for_update().get(pk=cast.client.pk)
        [answer] = together([impatient])
    assert answer.status_code == 409
    assert "lebih dulu" in answer.content.decode()
