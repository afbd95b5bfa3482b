"""The people of the demo company: positions, teams, sellers with the loads they carry, and who signs in how."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from accounts.models import Position, Team, TeamMembership, Tier, User
from accounts.models.user import TimeZone
from contracts.effective import add_months
from portfolio.demo import names
from portfolio.demo.chance import stream

PASSWORD = "contoh-arunika"  # noqa: S105 - printed for everybody; only set where DEMO is on
DOMAIN = "contoh.example"
SIGN_INS = {  # mailbox: what it shows, for the console
    "am": "junior account manager with 34 clients",
    "ae": "account executive",
    "kam": "key account manager",
    "lead": "lead of a team",
    "director": "account director over all teams",
    "executive": "reads all portfolios",
    "admin": "administration at /admin/",
    "new": "account executive on her first day, no clients yet",
}
CORPORATE, RETAIL, WEST, EAST = (
    "Korporasi & Key Account",
    "FMCG & Ritel",
    "Jawa–Sumatera",
    "Jatim & Indonesia Timur",
)
ROOT = "Penjualan & Akun"
TEAMS = (CORPORATE, RETAIL, WEST, EAST)
KEY, SENIOR, MID, JUNIOR, AE = "key", "senior", "mid", "junior", "ae"
# grade and number of clients of each seller; an account executive has no load of her own
CREW = {
    CORPORATE: [(KEY, 5), (KEY, 6), (KEY, 7), (SENIOR, 16), (AE, 0), (AE, 0)],
    RETAIL: [(JUNIOR, 34), (SENIOR, 17), (MID, 21), (MID, 19), (JUNIOR, 29), (AE, 0)],
    WEST: [(SENIOR, 17), (MID, 21), (MID, 22), (JUNIOR, 28), (AE, 0), (AE, 0)],
    EAST: [(MID, 20), (JUNIOR, 25), (JUNIOR, 26), (AE, 0), (AE, 0), (AE, 0)],
}
ZONES = {  # offices of the eastern team
    0: TimeZone.WIB,
    1: TimeZone.WITA,
    2: TimeZone.WIT,
    3: TimeZone.WIB,
    4: TimeZone.WITA,
}
LADDER = {  # name, track, rank, most clients, tiers
    JUNIOR: ("Junior account manager", "AM", 1, 30, [Tier.REGULAR, Tier.STARTER]),
    MID: ("Account manager", "AM", 2, 25, []),
    SENIOR: ("Senior account manager", "AM", 3, 20, []),
    KEY: ("Key account manager", "AM", 4, 8, [Tier.STRATEGIC, Tier.KEY]),
    "director": ("Account director", "AM", 5, None, []),
    "representative": ("Sales representative", "AE", 1, None, []),
    "junior_ae": ("Junior account executive", "AE", 2, None, []),
    AE: ("Account executive", "AE", 3, None, []),
    "senior_ae": ("Senior account executive", "AE", 4, None, []),
    "manager": ("Sales manager", "AE", 5, None, []),
}


@dataclass(eq=False)
class Seller:
    """Somebody with clients. `load`: how many clients she is meant to look after today."""

    user: User
    team: str
    grade: str
    load: int
    since: date

    @property
    def is_am(self) -> bool:
        return self.grade != AE


@dataclass(eq=False)
class People:
    """Everybody, not saved. `sellers` are today's; `former` have left; `roles` names groups and staff."""

    positions: dict[str, Position] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    users: list[User] = field(default_factory=list)
    memberships: list[TeamMembership] = field(default_factory=list)
    sellers: list[Seller] = field(default_factory=list)
    former: list[Seller] = field(default_factory=list)
    readers: list[User] = field(default_factory=list)
    administrators: list[User] = field(default_factory=list)

    def named(self, mailbox: str) -> User:
        """The person with an address in the company."""
        return next(user for user in self.users if user.email == f"{mailbox}@{DOMAIN}")


class Recruiter:
    """Fills the company."""

    def __init__(self, first_day: date, day: date) -> None:
        self.first_day, self.day = first_day, day
        self.rng = stream("people")
        self.people = People(positions=positions())
        self.long_ago = add_months(first_day, -18)

    def recruit(self) -> People:
        root = self.team(ROOT, None)
        director = self.person("director", "director")
        self.join(director, root, self.long_ago, TeamMembership.Role.DIRECTOR)
        for name in TEAMS:
            self.fill(name, root)
        self.people.readers = [self.person("executive", None)]
        self.people.administrators = [self.person("admin", None), self.person("admin.kedua", None)]
        self.person("kompensasi", None)
        return self.people

    def fill(self, name: str, root: Team) -> None:
        team = self.team(name, root)
        lead = self.person("lead" if name == RETAIL else None, "manager" if name == WEST else SENIOR)
        self.join(lead, team, self.long_ago, TeamMembership.Role.LEAD)
        for number, (grade, load) in enumerate(CREW[name]):
            self.hire(team, number, grade, load)
        if name in (RETAIL, WEST):
            self.say_goodbye(team, add_months(self.day, -14 if name == RETAIL else -8))

    def hire(self, team: Team, number: int, grade: str, load: int) -> None:
        newcomer = (team.name, number) == (EAST, len(CREW[EAST]) - 1)
        user = self.person(mailbox_of(team.name, number), "junior_ae" if newcomer else grade)
        user.time_zone = ZONES[number] if team.name == EAST and number in ZONES else TimeZone.WIB
        since = self.day - timedelta(days=5) if newcomer else self.long_ago
        self.join(user, team, since)
        self.people.sellers.append(Seller(user, team.name, grade, load, since))

    def say_goodbye(self, team: Team, last_day: date) -> None:
        """An account manager who left; her clients have been with colleagues since."""
        user = self.person(None, MID)
        user.is_active = False
        self.join(user, team, self.long_ago, end=last_day)
        self.people.former.append(Seller(user, team.name, MID, 0, self.long_ago))

    def team(self, name: str, parent: Team | None) -> Team:
        self.people.teams[name] = Team(name=name, parent=parent)
        return self.people.teams[name]

    def person(self, mailbox: str | None, position: str | None) -> User:
        name = names.person(self.rng, {user.full_name for user in self.people.users})
        email = f"{mailbox or name.mailbox}@{DOMAIN}"
        user = User(
            email=email,
            full_name=name.full,
            salutation=name.salutation,
            position=self.people.positions[position] if position else None,
            phone=names.phone(self.rng),
        )
        self.people.users.append(user)
        return user

    def join(
        self,
        user: User,
        team: Team,
        start: date,
        role: str = TeamMembership.Role.MEMBER,
        end: date | None = None,
    ) -> None:
        self.people.memberships.append(TeamMembership(user=user, team=team, role=role, start=start, end=end))


def mailbox_of(team: str, number: int) -> str | None:
    """The easy address of the few that visitors sign in as."""
    return {
        (CORPORATE, 0): "kam",
        (RETAIL, 0): "am",
        (RETAIL, 5): "ae",
        (EAST, 5): "new",
    }.get((team, number))


def positions() -> dict[str, Position]:
    """The two ladders, not saved."""
    return {
        key: Position(name=name, track=track, rank=rank, max_clients=most, tiers=tiers)
        for key, (name, track, rank, most, tiers) in LADDER.items()
    }
