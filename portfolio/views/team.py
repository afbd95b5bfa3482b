from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.days import jakarta_day
from accounts.http import AuthenticatedRequest
from accounts.models import Team, User
from clients.models.access import sees_everything
from contracts.effective import add_months
from kpis.models import Role, WindowKind
from portfolio.addresses import complaints, page_size, refuse_export, sort
from portfolio.charts import MONTHS, retention_chart, value_chart
from portfolio.exports import export
from portfolio.numbers import Numbers
from portfolio.people import RENEWAL_DAYS, holdings
from portfolio.tables import PeopleTable
from portfolio.tiles import aims_of, tiles_of
from portfolio.viewpoints import Viewpoint, sees_company, teams_seen_by

COMPANY = "company"
KNOWN = ("team", "role")


@require_safe
def team_page(request: AuthenticatedRequest) -> HttpResponse:
    """A team with everything below it, or the company: who holds what, and how retention and value went."""
    now = timezone.now()
    day = jakarta_day(now)
    point, teams, may_see_company = _asked(request, day)
    numbers = Numbers.load(point, since=add_months(day.replace(day=1), -MONTHS))
    table, aims = _table(request, numbers, day), aims_of(numbers)
    table.paginate(per_page=page_size(request.GET))
    table.page = table.paginator.get_page(request.GET.get("page"))
    context = {
        "complaints": complaints(request.GET, KNOWN, table=table, page=table.page),
        "now": now,
        "point": point,
        "roles": Role.values,
        "teams": teams,
        "may_see_company": may_see_company,
        "tiles": tiles_of(numbers, aims, now),
        "table": table,
        "renewal_days": RENEWAL_DAYS,
        "retention": retention_chart(numbers, aims),
        "value": value_chart(numbers),
        "export_csv": _export_url(request, "csv"),
        "export_xlsx": _export_url(request, "xlsx"),
    }
    return render(request, "portfolio/team_page.html", context)


@require_safe
def team_export(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    if kind not in ("csv", "xlsx"):
        raise Http404
    day = jakarta_day(timezone.now())
    point, _teams, _may_see_company = _asked(request, day)
    numbers = Numbers.load(point, since=add_months(day.replace(day=1), -2))
    table = _table(request, numbers, day)
    if found := complaints(request.GET, KNOWN, table=table):
        return refuse_export(request, found)
    return export(table.as_values(), f"team-{day:%Y-%m-%d}", kind)


def _export_url(request: AuthenticatedRequest, kind: str) -> str:
    return f"{reverse('portfolio:team_export', args=[kind])}?{request.GET.urlencode()}"


def _asked(request: AuthenticatedRequest, day: date) -> tuple[Viewpoint, list[Team], bool]:
    """Whose page the address asks for, and the choices. Raises Http404 for who leads nobody, and for foreign teams."""
    role = request.GET.get("role", Role.AM)
    may_see_company = sees_company(request.user, day)
    teams = list(teams_seen_by(request.user, day))
    if role not in Role.values or not (teams or may_see_company):
        raise Http404
    wanted = request.GET.get("team") or _usual(request.user, teams)
    if wanted == COMPANY and may_see_company:
        return Viewpoint.of_company(role), teams, may_see_company
    team = next((team for team in teams if str(team.pk) == wanted), None)
    if team is None:
        raise Http404
    return Viewpoint.of_team_among(team, teams, role), teams, may_see_company


def _usual(user: User, teams: list[Team]) -> str:
    """The company for who reads all portfolios, else the top of what one leads."""
    seen = {team.pk for team in teams}
    tops = [team for team in teams if team.parent_id not in seen]
    return COMPANY if sees_everything(user) or not tops else str(tops[0].pk)


def _table(request: AuthenticatedRequest, numbers: Numbers, day: date) -> PeopleTable:
    window = numbers.newest(WindowKind.TRAILING_YEAR)
    table = PeopleTable(
        holdings(numbers.point, window, request.user, day), point=numbers.point, window=window
    )
    sort(table, request)
    return table
