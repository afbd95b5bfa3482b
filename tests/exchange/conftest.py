from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission
from django.utils import translation

from accounts.models import User
from tests.conftest import Cast

EVERYTHING = [
    "import_data",
    *("add_user", "change_user", "add_team", "add_teammembership"),
    *("add_product", "change_product", "add_exchangerate", "change_exchangerate"),
]


@pytest.fixture(autouse=True)
def english(frozen: object) -> Iterator[None]:
    """Saturday, 21 November 2026; sentences as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def director(cast: Cast) -> User:
    """Direktur of the root team, with every right that has to do with files."""
    return who_may(cast.director, *EVERYTHING)


@pytest.fixture
def owner(cast: Cast) -> User:
    """An account manager who may import."""
    return who_may(cast.owner, "import_data")


def who_may(user: User, *rights: str) -> User:
    """Read again: a person keeps in mind what she may."""
    user.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    User.objects.filter(pk=user.pk).update(language="en")
    return User.objects.get(pk=user.pk)
