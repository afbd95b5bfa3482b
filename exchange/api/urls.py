"""One address to read and one to write per dataset."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pghistory
from django.core.paginator import Paginator
from django.db import OperationalError
from django.http import HttpRequest
from django.utils import timezone, translation
from ninja import NinjaAPI, Query, Status
from ninja.errors import HttpError

from accounts.days import jakarta_day
from accounts.models import User
from exchange.api import rows, shapes
from exchange.api.auth import PerToken, Token
from exchange.datasets import DATASETS, Dataset
from exchange.models import ApiToken

MOST_PER_PAGE = 500
PARAMETERS = {"page", "size"}
ERRORS: dict[int, Any] = {
    400: shapes.Error,
    401: shapes.Error,
    403: shapes.Error,
    409: shapes.Error,
    422: shapes.Refusal,
    429: shapes.Error,
}

api = NinjaAPI(
    title="Setia",
    version="1",
    description="Rows as the import and the export know them; see docs/api.md.",
    urls_namespace="api",
    auth=Token(),
    throttle=PerToken("120/m"),
    docs_url=None,  # its page loads scripts from elsewhere
)


def add(dataset: Dataset) -> None:
    """The two addresses of a dataset."""
    page_shape, batch_shape = shapes.page_of(dataset), shapes.batch_of(dataset)

    def read(
        request: HttpRequest,
        page: int = Query(1, ge=1, le=10**6),  # type: ignore[type-arg] # a parameter, not a type
        size: int = Query(100, ge=1, le=MOST_PER_PAGE),  # type: ignore[type-arg] # a parameter, not a type
    ) -> Any:
        if unknown := sorted(set(request.GET) - PARAMETERS):
            raise HttpError(422, f"There is no parameter {unknown[0]!r}; there are page and size.")
        return _page(dataset, _token(request).user, page, size)

    def write(request: HttpRequest, body: batch_shape) -> Any:  # type: ignore[valid-type] # made above
        return _written(dataset, _token(request), body)

    _register(api.get, dataset, read, page_shape, f"Read {dataset.slug}")
    _register(api.post, dataset, write, shapes.Outcome, f"Add and change {dataset.slug}")


def _register(method: Callable[..., Any], dataset: Dataset, view: Any, shape: Any, summary: str) -> None:
    view.__name__ = f"{method.__name__}_{dataset.slug}"
    method(f"/{dataset.slug}/", response={200: shape, **ERRORS}, summary=summary, tags=[dataset.slug])(view)


def _token(request: HttpRequest) -> ApiToken:
    token: ApiToken = request.auth  # type: ignore[attr-defined] # set by ninja
    return token


def _page(dataset: Dataset, user: User, page: int, size: int) -> dict[str, Any]:
    day = jakarta_day(timezone.now())
    if not dataset.is_shown_to(user, day):
        raise HttpError(403, "Your rights do not allow to read this.")
    paginator = Paginator(dataset.rows(user, day), size)
    found = paginator.page(page) if page <= paginator.num_pages else []
    lines = (values for row in found for values in dataset.values_of(row))
    return {
        "count": paginator.count,
        "page": page,
        "pages": paginator.num_pages,
        "rows": [rows.given(dataset, values) for values in lines],
    }


def _written(dataset: Dataset, token: ApiToken, body: Any) -> Any:
    user, now = token.user, timezone.now()
    if token.scope != ApiToken.Scope.WRITE:
        raise HttpError(403, "This token may only read.")
    if not user.has_perm("exchange.import_data") or not dataset.is_open_to(user, jakarta_day(now)):
        raise HttpError(403, "Your rights do not allow to write this.")
    sent = [row.model_dump(exclude_unset=True) for row in body.rows]
    try:
        with translation.override(user.language), pghistory.context(user=user.pk, api_token=token.pk):
            entries = rows.bring(dataset, user, sent, now, keep=not body.dry_run)
            lines = [rows.told(dataset, entry) for entry in entries]
    except OperationalError as error:  # somebody changed one of the rows meanwhile, or holds it
        raise HttpError(409, "Somebody changed a row at the same moment; send it again.") from error
    if any(entry.problems for entry in entries):
        return Status(422, {"detail": "Nothing was taken over: some rows have problems.", "lines": lines})
    found = Counter(line["outcome"] for line in lines)
    return {"lines": lines, **{name: found[name] for name in ("created", "changed", "unchanged")}}


with translation.override("en"):
    for each in DATASETS.values():
        add(each)

urls = api.urls
for pattern in urls[0]:
    pattern.callback.login_required = False  # type: ignore[union-attr] # a token signs in, not a session
