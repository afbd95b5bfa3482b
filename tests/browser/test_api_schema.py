"""schemathesis sends what the description of the API allows and what it does not: every answer is a described one.

It lives with the browser tests because its package is as heavy as theirs.
"""

import pytest
import schemathesis
from django.core.cache import cache
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from config.wsgi import application
from exchange.models import ApiToken
from tests.browser.conftest import Site
from tests.exchange.conftest import EVERYTHING, who_may

# A row may be of the right shape and name a client that there is not; and each request here has a token, also those
# that are meant to have none (tests/exchange/test_api.py asks without).
UNKNOWABLE = [positive_data_acceptance, negative_data_rejection]

schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, headers={"Host": "localhost"})


@pytest.fixture
def secret(site: Site) -> str:
    return ApiToken.issue(who_may(site.cast.director, *EVERYTHING), "schemathesis", "write")[1]


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_answer_is_one_that_is_described(case: schemathesis.Case, secret: str) -> None:
    cache.clear()  # how often one may ask is another test's subject
    headers = {"Authorization": f"Bearer {secret}", "Host": "localhost", "Accept-Encoding": "identity"}
    case.call_and_validate(headers=headers, excluded_checks=UNKNOWABLE)
