"""What the frame of every page needs, besides what its view gives."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.days import today
from accounts.models import TeamMembership, User
from accounts.models.user import Theme
from clients.models.access import sees_everything
from notifications.models import Notification

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Place:
    """An entry of the menu, before it is known who looks and where from."""

    url_name: str
    label: "_StrPromise"
    icon: str
    short_label: "_StrPromise | None" = None


@dataclass(frozen=True)
class Entry:
    url: str
    label: "_StrPromise"
    short_label: "_StrPromise"
    icon: str
    is_current: bool


HOME = Place("portfolio:home", _("Home"), "home", pgettext_lazy("menu", "Today"))
CLIENTS = Place("portfolio:client_list", _("Clients"), "building-office-2")
RENEWALS = Place("portfolio:renewal_list", _("Renewals"), "arrow-path")
TASKS = Place("portfolio:task_list", _("Tasks"), "clipboard-document-check")
TEAM = Place("portfolio:team_page", _("Team"), "users")
TARGETS = Place("portfolio:target_grid", _("Targets"), "flag")
IMPORT = Place("exchange:import_list", pgettext_lazy("menu", "Import"), "arrow-up-tray")
ADMINISTRATION = Place("admin:index", pgettext_lazy("menu", "Administration"), "cog-6-tooth")
HELP = Place("portfolio:figures_help", _("Help"), "question-mark-circle")
LOG = Place("clients:interaction_quick", _("Log activity"), "plus-circle", pgettext_lazy("menu", "Log"))
PROFILE = Place("accounts:profile", _("My account"), "user-circle")

IMPORT_RIGHT = "exchange.import_data"  # of a higher room, known here by name only, like its page


def url_of(name: str) -> str:
    """The address of a named page, or "" where the installation has none: a menu never shows a dead link."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def is_here(url: str, path: str) -> bool:
    """Whether `path` is the page at `url` or below it."""
    return path == url or (url != "/" and path.startswith(url))


def _entries(places: list[Place], path: str) -> list[Entry]:
    resolved = [(place, url_of(place.url_name)) for place in places]
    return [
        Entry(url, place.label, place.short_label or place.label, place.icon, is_here(url, path))
        for place, url in resolved
        if url
    ]


def _places_of(user: User) -> list[Place]:
    """Pages that are for some: the team's for who leads one or reads all, targets also for who is in a team."""
    if sees_everything(user):
        return [TEAM, TARGETS]
    posts = set(TeamMembership.objects.on(today()).filter(user=user).values_list("role", flat=True))
    return [TEAM] * (not posts.isdisjoint(TeamMembership.Role.leading())) + [TARGETS] * bool(posts)


def navigation(user: User, request: HttpRequest) -> dict[str, Any]:
    """The menus of `user`: the rail of wide screens, the bar and the sheet of phones, and single addresses."""
    path = request.path
    for_some = _places_of(user) + [IMPORT] * user.has_perm(IMPORT_RIGHT) + [ADMINISTRATION] * user.is_staff
    return {
        "rail": _entries([HOME, CLIENTS, RENEWALS, TASKS, *for_some, HELP], path),
        "bottombar": _entries([HOME, CLIENTS, LOG, RENEWALS], path),
        "more": _entries([TASKS, *for_some, PROFILE, HELP], path),
        "log": next(iter(_entries([LOG], path)), None),
        "search_url": url_of("portfolio:search"),
        "search_text": request.GET.get("q", ""),
        "notifications_url": url_of("notifications:notification_list"),
        "themes": Theme,
    }


def frame(request: HttpRequest) -> dict[str, Any]:
    """Lazy, so that fragments and error pages, which show no frame, cost no query."""
    user: Any = getattr(request, "user", None)  # none when a page fails before the sign-in is known
    return {
        "company_name": settings.COMPANY_NAME,
        "is_demo": settings.DEMO,
        "navigation": SimpleLazyObject(lambda: navigation(user, request)),
        "unread_count": SimpleLazyObject(lambda: Notification.objects.visible_to(user).unread().count()),
    }
