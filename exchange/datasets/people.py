"""Colleagues, found by e-mail, with position and team. New ones are invited by mail when the file is taken over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Position, Team, TeamMembership, User
from accounts.models.user import Language, Salutation, TimeZone
from exchange.datasets.base import Change, Column, Dataset, Entry, NotFoundError, Piece, of, refuse_repeated
from exchange.datasets.finding import ByText
from exchange.datasets.kinds import TEAM, Choice, Day, Named
from exchange.setup.positions import SHORT, next_rank, usual
from notifications.invitations import INVITATION, invite
from notifications.models import OutboundEmail

ONE_DAY = timedelta(days=1)
POSITION = Named(gettext_lazy("the name of a position"))
TEAMS, PEOPLE, MEMBERS = 0, 1000, 2000  # ranks
NEW = "new teams and positions"  # the group of all lines that need some: they stand or fall together


class PeopleDataset(Dataset):
    slug = "people"
    models = (User,)
    label = User._meta.verbose_name_plural
    about = gettext_lazy(
        "One line per colleague, with the team she is in. Somebody who is there already is found by her e-mail address;"
        " a team that is not there yet is made. New people get an invitation by mail when the file is taken over."
    )
    columns = (
        of(
            User,
            "email",
            is_required=True,
            is_single=True,
            example="rina@contoh.example",
            also=("email", "e-mail", "surel"),
        ),
        of(User, "full_name", is_required=True, example="Rina Prameswari", also=("nama", "name", "karyawan")),
        of(User, "preferred_name", example="Rina", also=("panggilan",)),
        of(User, "salutation", Choice(Salutation), example="Ibu", also=("sapaan",)),
        Column("position", Position._meta.verbose_name, POSITION, example="AM Senior", also=("jabatan",)),
        of(User, "phone", example="0812-3456-7890", also=("telepon", "hp", "no hp")),
        of(User, "language", Choice(Language), example="Bahasa Indonesia", also=("bahasa",)),
        of(User, "time_zone", Choice(TimeZone), example="WIB (Jakarta)", also=("zona waktu",)),
        Column("team", Team._meta.verbose_name, TEAM, example="Ritel", also=("tim", "divisi")),
        Column(
            "team_above",
            gettext_lazy("team above"),
            TEAM,
            example="Penjualan",
            also=("tim induk", "parent team"),
            about=gettext_lazy("For a team that is not there yet: the team that it belongs to."),
        ),
        Column(
            "team_role",
            pgettext_lazy("column", "role in the team"),
            Choice(TeamMembership.Role),
            example="Anggota",
            also=("peran", "peran tim"),
        ),
        Column(
            "team_since",
            pgettext_lazy("column", "in the team since"),
            Day(),
            example="2025-01-01",
            also=("sejak",),
            about=gettext_lazy("Empty = the day on which the file is taken over."),
        ),
    )

    def is_open_to(self, user: User, day: date) -> bool:
        return user.has_perm("accounts.add_user") or user.has_perm("accounts.change_user")

    def is_shown_to(self, user: User, day: date) -> bool:
        return self.is_open_to(user, day)

    def rows(self, user: User, day: date) -> QuerySet[Any]:
        if not self.is_shown_to(user, day):
            return User.objects.none()
        posts = TeamMembership.objects.on(day).select_related("team__parent").order_by("start", "pk")
        rows: QuerySet[Any] = User.objects.filter(is_active=True).select_related("position").order_by("email")
        return rows.prefetch_related(Prefetch("memberships", posts, to_attr="posts"))

    def values_of(self, row: Any) -> Iterable[dict[str, Any]]:
        post = _counting(row.posts)
        yield self.own_values(row) | {
            "position": row.position and row.position.name,
            "team": post and post.team.name,
            "team_above": post and post.team.parent and post.team.parent.name,
            "team_role": post and post.role,
            "team_since": post and post.start,
        }

    def place(self, entries: Collection[Entry], user: User, day: date) -> None:
        refuse_repeated(entries, lambda e: e.get("email"), "email")
        work = _Work(self, user, day, entries)
        for entry in entries:
            work.place(entry)

    def taken_over(self, entry: Entry, now: datetime) -> None:
        for piece in entry.pieces:
            if piece.is_new and isinstance(piece.row, User):
                invite(piece.row, now)

    def taken_back(self, rows: dict[str, list[int]]) -> None:
        """Invitations that have not gone out yet; whoever has got one stays."""
        waiting = OutboundEmail.objects.filter(state=OutboundEmail.State.DUE)
        waiting.filter(recipient__in=rows.get(User._meta.label, []), template=INVITATION).delete()


class _Work:
    def __init__(self, dataset: PeopleDataset, user: User, day: date, entries: Collection[Entry]) -> None:
        self.dataset, self.user, self.day = dataset, user, day
        self.people = ByText(User.objects.all(), "email", [e.get("email") for e in entries], "")
        titles = [e.get("position") for e in entries]
        self.positions = ByText(Position.objects.all(), "name", [*titles, *SHORT.values()], "")
        self.new_positions: dict[str, Position] = {}
        teams = [e.get(column) for e in entries for column in ("team", "team_above")]
        self.teams = ByText(Team.objects.all(), "name", teams, "")
        self.new_teams: dict[str, Team] = {}
        on_the_day: dict[int, list[TeamMembership]] = defaultdict(list)
        for post in TeamMembership.objects.on(day).select_related("team").order_by("start", "pk"):
            on_the_day[post.user_id].append(post)
        self.posts = {user: _counting(posts) for user, posts in on_the_day.items()}

    def place(self, entry: Entry) -> None:
        person = self.people.get(entry.get("email")) or User()
        piece = self.dataset.fill(entry, person)
        piece.rank = PEOPLE
        if piece.is_new:
            person.set_unusable_password()
        self._set_position(entry, piece)
        self._join(entry, piece)
        self._check_rights(entry, piece)

    def _set_position(self, entry: Entry, piece: Piece) -> None:
        position = entry.try_to("position", partial(self._position, entry))
        if position is None or (position.pk and position.pk == piece.row.position_id):
            return
        entry.changes.append(Change("position", str(piece.row.position or ""), str(position)))
        piece.set("position", position)
        entry.add(piece)

    def _position(self, entry: Entry, name: str) -> Position:
        """The position of this name or short name; one of the usual ladders is made when it is first named."""
        title = SHORT.get(name.casefold(), name).casefold()
        found = self.positions.get(name) or self.positions.get(title) or self.new_positions.get(title)
        found = found or usual(name)
        if found is None:
            raise NotFoundError(_("There is no position “%(name)s”.") % {"name": name})
        if found._state.adding:
            entry.group = NEW
            if title not in self.new_positions:
                others = [each for each in self.new_positions.values() if each.track == found.track]
                found.rank = next_rank(found.track) + len(others)
                self.new_positions[title] = found
                entry.add(Piece(found))
        return found

    def _join(self, entry: Entry, piece: Piece) -> None:
        """A membership from a day on; one that runs until then ends the day before."""
        name = entry.get("team")
        if not name:
            return
        team = self._team(entry, name)
        role = entry.get("team_role") or TeamMembership.Role.MEMBER
        now = self.posts.get(piece.row.pk) if piece.row.pk else None
        if now and team.pk == now.team_id and (role == now.role or "team_role" not in entry.values):
            return
        since = entry.get("team_since") or self.day
        if now and now.role in TeamMembership.Role.credited() and role in TeamMembership.Role.credited():
            if since <= now.start:
                words = {"team": now.team, "day": Day().shown(now.start)}
                entry.refuse("team_since", _("In %(team)s since %(day)s; choose a later day.") % words)
                return
            ending = Piece(now)
            ending.set("end", since - ONE_DAY)
            entry.add(ending)
        entry.changes.append(Change("team", str(now.team) if now else "", str(team)))
        post = TeamMembership(user=piece.row, team=team, role=role, start=since)
        entry.add(Piece(post, MEMBERS))

    def _team(self, entry: Entry, name: str) -> Team:
        """The team of this name; a new one is made once, and all lines that need new teams stand or fall together."""
        found: Team | None = self.teams.get(name)
        if found:
            return found
        entry.group = NEW
        if name.casefold() not in self.new_teams:
            above = entry.get("team_above")
            team = Team(name=name)
            if above and above.casefold() != name.casefold():
                team.parent = self._team(entry, above)
            self.new_teams[name.casefold()] = team
            entry.changes.append(Change("team", "", _("new team %(team)s") % {"team": name}))
            entry.add(Piece(team, TEAMS + len(self.new_teams)))  # the team above was added before
        return self.new_teams[name.casefold()]

    def _check_rights(self, entry: Entry, piece: Piece) -> None:
        """What the administration asks for: rights to people, to teams, and nobody touches a superuser."""
        wanted = (
            {"accounts.add_user" if piece.is_new else "accounts.change_user"}
            if piece in entry.pieces
            else set()
        )
        for each in entry.pieces:
            if isinstance(each.row, Team):
                wanted.add("accounts.add_team")
            if isinstance(each.row, Position):
                wanted.add("accounts.add_position")
            if isinstance(each.row, TeamMembership):
                wanted.add("accounts.add_teammembership")
        if not all(self.user.has_perm(right) for right in wanted) or (
            entry.pieces and piece.row.is_superuser and not self.user.is_superuser
        ):
            entry.refuse("", _("You may not add or change this person or team."))


def _counting(posts: Iterable[TeamMembership]) -> TeamMembership | None:
    """Of several memberships the one that counts for the numbers; a director has none of these."""
    found = sorted(posts, key=lambda post: post.role in TeamMembership.Role.credited())
    return found[-1] if found else None
