"""Every address of ours × every kind of person × own, foreign and missing rows × page and fragment (trust.md 6).

A new address fails `test_every_address_is_in_the_table` until it has a line here.
"""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from clients.models import Assignment
from clients.revisions import revision_of
from tests.company import Company, Portfolio, make_company, undone
from tests.conftest import module_database

pytestmark = pytest.mark.django_db

MISSING = 999_999_999
OUR_NAMESPACES = {"accounts", "notifications", "clients", "contracts", "kpis", "portfolio", "exchange"}
WITHOUT_SIGN_IN = {"healthz", "readyz"}  # a load balancer's questions, answered with one word

# fmt: off
PEOPLE =                    ["anonymous", "owner", "support", "sponsor", "colleague", "outsider", "lead", "director", "other_director", "executive", "administrator"]
RIGHTS = {name: dict(zip(PEOPLE, row.split(), strict=True)) for name, row in {
    "see":                 "login     ok    ok      ok      404       404      ok   ok       404            ok        404",
    "log":                 "login     ok    ok      ok      404       404      ok   ok       404            403       404",
    "edit":                "login     ok    ok      403     404       404      ok   ok       404            403       404",
    "contract":            "login     ok    403     403     404       404      ok   ok       404            403       404",
    "lead":                "login     403   403     403     404       404      ok   ok       404            403       404",
    "author":              "login     ok    403     403     404       404      403  403      404            403       404",
    "team":                "login     ok    403     403     ok        ok       ok   ok       ok             403       403",
    "recipient":           "login     ok    404     404     404       404      404  404      404            404       404",
    "leads":               "login     404   404     404     404       404      ok   ok       ok             ok        404",
    "company":             "login     404   404     404     404       404      404  ok       ok             ok        404",
    "close":               "login     404   404     404     404       404      404  ok       403            403       404",
    "targets":             "login     ok    404     404     ok        ok       ok   ok       ok             ok        404",
    "led targets":         "login     403   404     404     403       403      ok   ok       ok             403       404",
    "importers":           "login     403   403     403     403       403      403  ok       403            403       ok",
    "import clients":      "login     403   403     403     403       403      403  ok       403            403       403",
    "own import":          "login     404   404     404     404       404      404  ok       404            404       404",
    "set up":              "login     403   403     403     403       403      403  ok       403            403       403",
    "superuser":           "login     403   403     403     403       403      403  403      403            403       403",
    "merge":               "login     403   403     403     404       404      403  ok       404            403       404",
    "merge any":           "login     403   403     403     403       403      403  ok       403            403       ok",
    "self":                "login     ok    ok      ok      ok        ok       ok   ok       ok             ok        ok",
    "anybody":             "ok        ok    ok      ok      ok        ok       ok   ok       ok             ok        ok",
}.items()}
# fmt: on
STRANGERS = ["owner", "support", "sponsor", "colleague", "lead", "director", "administrator"]  # to `foreign`


@dataclass(frozen=True)
class Address:
    """Who may (a row of RIGHTS), how (methods), on which row (`about`, None = none), with what."""

    right: str
    methods: str
    about: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    post: int = 302  # the answer to a POST of somebody who may; 200 is a preview
    more: tuple[Any, ...] = ()  # further parts of the address; the name of a row stands for its key

    def url(self, name: str, portfolio: Portfolio) -> str:
        row = [getattr(portfolio, self.about).pk] if self.about else []
        return reverse(name, args=[*row, *self.parts(portfolio)])

    def parts(self, portfolio: Portfolio) -> list[Any]:
        return [getattr(getattr(portfolio, str(part), part), "pk", part) for part in self.more]

    def missing_url(self, name: str, portfolio: Portfolio) -> str:
        return reverse(name, args=[MISSING, *self.parts(portfolio)])

    def form(self, portfolio: Portfolio, company: Company) -> dict[str, Any]:
        """What a person would send: her entries and the revision that her page showed."""
        row = getattr(portfolio, self.about) if self.about else None
        revised = getattr(row, "contract", row)  # actions on a line guard its contract
        if self.data.get("revision") == "own":
            revised = row
        values = {name: value(company) if callable(value) else value for name, value in self.data.items()}
        return values | {"once": uuid4()} | ({"revision": revision_of(revised)} if revised else {})


FORM, READ, POST = "GET POST", "GET", "POST"
NAME = {
    "legal_name": "Baru",
    "legal_form": "PT",
    "industry": "other",
    "time_zone": "Asia/Jakarta",
    "payment_days": 30,
}
NOTATION = {"encoding": "utf-8", "separator": ";", "decimal": ",", "order": "dmy"}
TALK = {"channel": "call", "outcome": "good", "happened_at": "2026-11-21T09:00"}
TASK = {"title": "Telepon", "due_on": "2026-12-01"}
HEAD = {"number": "PKS-BARU", "start": "2027-02-01", "notice_days": "30", "currency": "IDR"}
PRICE = {"quantity": "1", "unit_price": "5jt", "discount_percent": "0"}
LINE = PRICE | {"product": lambda c: c.product.pk, "period": "month"}
AGAIN = {
    "number": "PKS-R",
    "start": "2027-01-01",
    "end": "2027-12-31",
    "price_change": "0",
    "signed_on": "2026-11-21",
}


def _owner_again(company: Company) -> int:
    return company.cast.colleague.pk


def _seen_assignment(company: Company) -> int:
    return Assignment.objects.get(client=company.cast.client, role="AM").pk


def _seen_pair(company: Company) -> str:
    return f"{revision_of(company.own.client)} {revision_of(company.own.twin)}"


def _file(company: Company) -> SimpleUploadedFile:
    return SimpleUploadedFile("klien.csv", b"Kode;Nama\nK-1;PT Contoh\n")


def _closing(company: Company) -> int:
    assert company.closing
    return company.closing.pk


TABLE = {
    "accounts:profile": Address("self", FORM, data={"full_name": "Budi", "language": "id", "time_zone": "Asia/Jakarta", "theme": "auto"}),
    "accounts:language_set": Address("anybody", POST, data={"language": "en"}),
    "accounts:theme_set": Address("self", POST, data={"theme": "dark"}),
    "notifications:preference_edit": Address("self", FORM, data={"workdays": ["1"], "quiet_from": "18:00", "quiet_until": "07:00", "renewal-email": "digest", "assignment-email": "never", "task-email": "never"}),
    "notifications:notification_list": Address("self", READ),
    "notifications:notification_read_all": Address("self", POST),
    "notifications:notification_open": Address("recipient", POST, "notification"),
    "clients:client_create": Address("team", FORM, data=NAME),
    "clients:client_edit": Address("edit", FORM, "client", NAME),
    "clients:client_merge": Address("merge", FORM, "client", dict.fromkeys(["name", "brand_name", "address", "source"], "kept") | {"seen": _seen_pair}, more=("twin",)),
    "clients:merge_undo": Address("merge", FORM, "merge"),
    "clients:duplicate_dismiss": Address("merge", POST, "client", more=("twin",)),
    "clients:duplicate_suggest": Address("merge", POST, "client", more=("told_apart",)),
    "clients:client_tier": Address("lead", FORM, "client", {"tier": "key"}),
    "clients:owner_assign": Address("lead", FORM, "client", {"user": _owner_again, "start": "2026-11-22", "reason": "Cuti", "expected": _seen_assignment}, more=("AM",)),
    "clients:contact_create": Address("edit", FORM, "client", {"full_name": "Sinta"}),
    "clients:contact_edit": Address("edit", FORM, "contact", {"full_name": "Sinta"}),
    "clients:contact_deactivate": Address("edit", POST, "contact"),
    "clients:contact_activate": Address("edit", POST, "inactive_contact"),
    "clients:interaction_quick": Address("self", READ),
    "clients:interaction_create": Address("log", FORM, "client", TALK),
    "clients:interaction_edit": Address("author", FORM, "interaction", TALK),
    "clients:task_create": Address("log", FORM, "client", TASK),
    "clients:task_edit": Address("log", FORM, "task", TASK),
    "clients:task_done": Address("log", POST, "task"),
    "clients:task_reopen": Address("log", POST, "done_task"),
    "clients:task_snooze": Address("log", FORM, "task", {"until": "2026-12-01"}),
    "contracts:contract_create": Address("contract", FORM, "client", HEAD),
    "contracts:contract_page": Address("see", READ, "contract"),
    "contracts:contract_edit": Address("contract", FORM, "draft", HEAD),
    "contracts:contract_discard": Address("contract", POST, "draft"),
    "contracts:line_create": Address("contract", FORM, "draft", LINE),
    "contracts:line_edit": Address("contract", FORM, "draft_line", LINE | {"revision": "own"}),
    "contracts:line_remove": Address("contract", POST, "draft_line"),
    "contracts:contract_sign": Address("contract", FORM, "draft", {"signed_on": "2026-11-20"}, post=200),
    "contracts:contract_renew": Address("contract", FORM, "contract", AGAIN, post=200),
    "contracts:contract_let_renew": Address("contract", FORM, "rolling", post=200),
    "contracts:contract_add_line": Address("contract", FORM, "contract", LINE | {"from_day": "2026-11-21"}, post=200),
    "contracts:contract_pause": Address("contract", FORM, "contract", {"start": "2026-11-21", "reason": "Libur"}, post=200),
    "contracts:contract_resume": Address("contract", FORM, "paused", {"on": "2026-11-21"}, post=200),
    "contracts:contract_notice": Address("contract", FORM, "contract", {"notice_on": "2026-11-21", "notice_by": "us"}, post=200),
    "contracts:contract_withdraw_notice": Address("contract", FORM, "noticed", post=200),
    "contracts:contract_terminate": Address("lead", FORM, "contract", {"last_day": "2026-11-30", "reason": "Tutup"}, post=200),
    "contracts:line_amend": Address("contract", FORM, "line", PRICE | {"from_day": "2026-11-21"}, post=200),
    "contracts:line_end": Address("contract", FORM, "line", {"last_day": "2026-11-30"}, post=200),
    "contracts:alert_acknowledge": Address("contract", FORM, "alert", {"reason": "Sedang dibahas", "revision": "own"}),
    "contracts:alert_snooze": Address("contract", FORM, "alert", {"until": "2026-11-30", "reason": "Menunggu", "revision": "own"}),
    "portfolio:home": Address("self", READ),
    "portfolio:renewal_list": Address("self", READ),
    "portfolio:renewal_export": Address("self", READ, more=("csv",)),
    "portfolio:team_page": Address("leads", READ),
    "portfolio:team_export": Address("leads", READ, more=("csv",)),
    "portfolio:figure_rows": Address("self", READ, more=("value",)),
    "portfolio:figure_export": Address("self", READ, more=("value", "csv")),
    "portfolio:client_list": Address("self", READ),
    "portfolio:client_export": Address("self", READ, more=("csv",)),
    "portfolio:duplicate_list": Address("merge any", READ),
    "portfolio:merge_list": Address("merge any", READ),
    "portfolio:client_page": Address("see", READ, "client"),
    "portfolio:client_timeline": Address("see", READ, "client"),
    "portfolio:client_history": Address("see", READ, "client"),
    "portfolio:month_list": Address("company", READ),
    "portfolio:month_page": Address("self", READ, more=(date(2026, 9, 1),)),
    "portfolio:month_close": Address("close", FORM, more=(date(2026, 10, 1),)),
    "portfolio:month_reopen": Address("close", FORM, data={"reason": "Salah harga", "expected": _closing}, more=(date(2026, 9, 1),)),
    "portfolio:task_list": Address("self", READ),
    "portfolio:task_export": Address("self", READ, more=("xlsx",)),
    "portfolio:target_grid": Address("targets", READ),
    "portfolio:target_save": Address("led targets", POST, data={"seen": "{}", "c-1": "1"}),
    "portfolio:target_copy": Address("led targets", POST, data={"more": "5"}),
    "exchange:import_list": Address("importers", READ),
    "exchange:import_template": Address("importers", READ, more=("clients", "xlsx")),
    "exchange:import_create": Address("import clients", FORM, data={"file": _file}, more=("clients",)),
    "exchange:import_page": Address("own import", READ, "checked_import"),
    "exchange:import_reading": Address("own import", FORM, "fresh_import", NOTATION),
    "exchange:import_columns": Address("own import", FORM, "fresh_import", {"code": "0", "legal_name": "1"}),
    "exchange:import_progress": Address("own import", READ, "checked_import"),
    "exchange:import_apply": Address("own import", POST, "checked_import"),
    "exchange:import_undo": Address("own import", POST, "applied_import"),
    "exchange:import_discard": Address("own import", POST, "fresh_import"),
    "exchange:import_report": Address("own import", READ, "checked_import", more=("csv",)),
    "exchange:setup": Address("set up", READ),
    "exchange:setup_company": Address("superuser", FORM),  # what she may then, and whoever may add: test_setup.py
    "exchange:setup_teams": Address("superuser", FORM),
    "exchange:setup_people": Address("superuser", FORM),
    "exchange:setup_invite": Address("superuser", POST),
    "exchange:setup_products": Address("superuser", FORM),
    "exchange:export_list": Address("self", READ),
    "exchange:export_create": Address("self", POST, data={"kind": "csv"}),
    "exchange:export_fetch": Address("recipient", READ, "ready_export"),
    "exchange:token_list": Address("self", FORM, data={"name": "ERP", "scope": "read"}, post=200),
    "exchange:token_revoke": Address("recipient", POST, "token"),
    "portfolio:search": Address("self", READ),
    "portfolio:figures_help": Address("self", READ),
}  # fmt: skip


# The pages of the sign-in library: who gets in without a session. A new version of it that brings a page is seen here.
LIBRARY = {
    "account_login": "public", "account_logout": "redirects", "account_inactive": "public", "account_signup": "public",
    "account_reauthenticate": "sign-in", "account_email": "sign-in", "account_email_verification_sent": "sign-in",
    "account_change_password": "sign-in", "account_set_password": "sign-in", "account_reset_password": "public",
    "account_confirm_login_code": "redirects", "account_confirm_email": "sign-in",
    "account_reset_password_from_key": "public", "account_reset_password_from_key_done": "public",
    "account_reset_password_done": "public", "mfa_index": "sign-in", "mfa_authenticate": "redirects",
    "mfa_reauthenticate": "sign-in", "mfa_activate_totp": "sign-in", "mfa_deactivate_totp": "sign-in",
    "mfa_view_recovery_codes": "sign-in", "mfa_generate_recovery_codes": "sign-in",
    "mfa_download_recovery_codes": "sign-in",
}  # fmt: skip


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[Company]:
    logging.disable(
        logging.CRITICAL
    )  # thousands of refusals, each with its traceback, take longer than the requests
    with module_database(django_db_blocker):
        yield make_company()
    logging.disable(logging.NOTSET)


class Desk:
    """A browser for each kind of person; every request starts from the same cookies and leaves nothing behind."""

    def __init__(self, company: Company) -> None:
        self.browsers = {name: Browser() for name in PEOPLE}
        for name, person in company.people.items():
            self.browsers[name].force_login(person)
        self.cookies = {name: browser.cookies.output() for name, browser in self.browsers.items()}

    def ask(self, who: str, method: str, url: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
        browser = self.browsers[who]
        for value in (data or {}).values():
            if hasattr(value, "seek"):  # a file that somebody else has sent before
                value.seek(0)
        browser.cookies = SimpleCookie(self.cookies[who].replace("Set-Cookie: ", ""))
        with undone():
            return getattr(browser, method.lower())(url, data or {}, headers=headers)


@pytest.fixture(scope="module")
def desk(company: Company) -> Desk:
    return Desk(company)


def named_addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(name with namespace, pattern) of every address there is."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name or pattern.pattern}", str(pattern.pattern)
        else:
            yield from named_addresses(
                pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            )


def test_every_address_is_in_the_table() -> None:
    names = {name for name, _pattern in named_addresses(get_resolver())}
    ours = {name for name in names if name.split(":")[0] in OUR_NAMESPACES}
    assert ours == set(TABLE)
    others = {
        name for name in names - ours if not name.startswith("api:")
    }  # by token: tests/exchange/test_api.py
    assert not {name for name in others if not name.startswith(("admin:", "admin/"))} - set(LIBRARY) - WITHOUT_SIGN_IN - {
        "account/email/", "^account/confirm-email/",  # old addresses of the library: redirects
    }  # fmt: skip


def verdict(answer: Any, allowed: int) -> str:
    """The word of RIGHTS for an answer; anything unexpected shows as its status."""
    if answer.status_code == allowed:
        sign_in = answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "")
        return "login" if sign_in.startswith(reverse("account_login")) else "ok"
    if answer.status_code == 302 and answer["Location"].startswith(reverse("account_login")):
        return "login"
    if answer.headers.get("HX-Redirect", "").startswith(reverse("account_login")):
        return "login"
    return str(answer.status_code)


HTMX = {"HX-Request": "true"}
RENDERINGS = pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])


@RENDERINGS
@pytest.mark.parametrize("name", TABLE)
def test_each_person_may_what_the_table_says(
    company: Company, desk: Desk, name: str, headers: dict[str, str]
) -> None:
    address = TABLE[name]
    for method in address.methods.split():
        form = address.form(company.own, company) if method == "POST" else {}
        allowed = address.post if method == "POST" else 200
        url = address.url(name, company.own)
        found = {who: verdict(desk.ask(who, method, url, form, **headers), allowed) for who in PEOPLE}
        assert found == RIGHTS[address.right], method


@RENDERINGS
@pytest.mark.parametrize("name", [name for name, address in TABLE.items() if address.about])
def test_a_foreign_row_answers_byte_for_byte_like_a_missing_one(
    company: Company, desk: Desk, name: str, headers: dict[str, str]
) -> None:
    address = TABLE[name]
    for method in address.methods.split():
        form = address.form(company.foreign, company) if method == "POST" else {}
        foreign, missing = address.url(name, company.foreign), address.missing_url(name, company.own)
        for who in STRANGERS:
            answers = [desk.ask(who, method, url, form, **headers) for url in (foreign, missing)]
            assert [answer.status_code for answer in answers] == [404, 404], (who, method)
            assert everything(answers[0], foreign) == everything(answers[1], missing), (who, method)


def everything(answer: Any, url: str) -> str:
    """Headers and body without what differs from request to request: the id asked for, the reference, CSRF masks."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name != "Content-Length")
    text = str(headers) + answer.content.decode()
    text = text.replace(url, "/asked/")
    text = re.sub(r"<code data-reference>[^<]*</code>", "", text)
    return re.sub(r'(csrfmiddlewaretoken" value="|"X-CSRFToken": ")\w{64}', r"\1", text)


@pytest.mark.parametrize("name", TABLE)
def test_a_wrong_method_is_refused_whoever_asks_for_whatever(company: Company, desk: Desk, name: str) -> None:
    address = TABLE[name]
    wrong = "GET" if address.methods == "POST" else "DELETE"
    for who in PEOPLE:
        expected = "login" if RIGHTS[address.right][who] == "login" else "405"
        urls = [address.url(name, company.own), address.url(name, company.foreign)]
        urls += [address.missing_url(name, company.own)] if address.about else []
        assert {verdict(desk.ask(who, wrong, url), 200) for url in urls} == {expected}, who


@pytest.mark.parametrize("name", [name for name, address in TABLE.items() if "POST" in address.methods])
def test_a_post_without_our_token_is_refused(company: Company, name: str) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(company.cast.lead)
    address = TABLE[name]
    with undone():
        assert (
            browser.post(address.url(name, company.own), address.form(company.own, company)).status_code
            == 403
        )


@pytest.mark.parametrize("name", LIBRARY)
def test_the_pages_of_the_sign_in_library_let_in_whom_they_should(
    company: Company, desk: Desk, name: str
) -> None:
    arguments: dict[str, Callable[[], list[str]]] = {
        "account_confirm_email": lambda: ["x"],
        "account_reset_password_from_key": lambda: ["x", "y"],
    }
    answer = desk.ask("anonymous", "GET", reverse(name, args=arguments.get(name, list)()))
    if LIBRARY[name] == "sign-in":
        assert verdict(answer, 200) == "login"
    elif LIBRARY[name] == "redirects":
        assert answer.status_code == 302
    else:
        assert answer.status_code == 200
