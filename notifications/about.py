"""What messages are about: rows of rooms above, of which this room knows one thing only, who may read them."""

from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from accounts.models import User


@runtime_checkable
class About(Protocol):
    """The default manager of a model that messages can be about. Its rows have `get_absolute_url`."""

    def readable_by(self, user: User) -> QuerySet[Any]:
        """The rows that `user` may see today, together with what texts about them show."""


def readable_rows(kind: ContentType, keys: Iterable[Any], user: User) -> dict[Any, Any]:
    """Those rows that `user` may read, by key. One statement; none where the model does not say who may."""
    manager = getattr(kind.model_class(), "_default_manager", None)
    return manager.readable_by(user).in_bulk(list(keys)) if isinstance(manager, About) else {}
