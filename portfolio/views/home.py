from datetime import date, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.days import jakarta_day
from accounts.http import AuthenticatedRequest
from accounts.models import Team, User
from clients.models.access import may_create_clients, sees_everything
from contracts.effective import add_months
from kpis.models import Role
from portfolio.agenda import MOST, agenda_of, next_due
from portfolio.numbers import Numbers
from portfolio.tiles import Tile, aims_of, tiles_of
from portfolio.viewpoints import Viewpoint, roles_held


@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    """The day of whoever looks: own numbers and today list; without own clients the team's or company's numbers."""
    now = timezone.now()
    day, user = jakarta_day(now), request.user
    held = roles_held(user, day)
    has_clients = bool(held)
    roles = [role for role in held if role in Role.values] or [user.owner_role]
    role = request.GET["role"] if request.GET.get("role") in roles else roles[0]
    point = viewpoint_of_home(user, role, day, has_clients=has_clients)
    cards = agenda_of(user, day) if has_clients else []
    context = {
        "now": now,
        "point": point,
        "roles": roles,
        "tiles": _tiles(point, now) if point else [],
        "has_clients": has_clients,
        "cards": cards,
        "most": f":{MOST}",
        "next_due": next_due(user, day) if has_clients and not cards else None,
        "may_create": may_create_clients(user, day),
    }
    return render(request, "portfolio/home.html", context)


def _tiles(point: Viewpoint, now: datetime) -> list[Tile]:
    numbers = Numbers.load(point, since=add_months(jakarta_day(now).replace(day=1), -2))
    return tiles_of(numbers, aims_of(numbers), now)


def viewpoint_of_home(user: User, role: str, day: date, *, has_clients: bool) -> Viewpoint | None:
    """Own portfolio if there is one, else the team that `user` leads, else the company, else nothing yet."""
    if has_clients:
        return Viewpoint.of_person(user, role)
    team = Team.objects.led_by(user, day).first()
    if team:
        return Viewpoint.of_team(team, role)
    return Viewpoint.of_company(role) if sees_everything(user) else None
