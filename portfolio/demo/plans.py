"""What is planned: tasks out of next steps and typed in, most of them done, some to come, a few late or waiting."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta

from accounts.models import User
from clients.models import Interaction, Task
from portfolio.demo import catalogue, seasons
from portfolio.demo.chance import pick, stream
from portfolio.demo.companies import Account
from portfolio.demo.talking import WORDS, moment, owner_on, working_day

FORGOTTEN = 0.14  # of the clients have nothing planned
TWICE = 0.25  # have a second task
LATE, LATE_OF_BUSY = 0.16, 0.4  # of the steps that fell due lately are not done
LATELY = timedelta(days=21)
SNOOZED = 0.12  # of the open tasks due about now
FRESH = timedelta(days=25)  # an older talk no longer leads to a step
ENDS_SOON = timedelta(days=75)
DELAYS = (-2, -1, -1, 0, 0, 0, 0, 0, 1, 1, 3)  # days between due and done
AHEAD = (0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 9, 11, 14, 17, 21)  # days until open tasks are due
SNOOZE_REASONS = (
    "Narahubung sedang cuti",
    "Menunggu data dari klien",
    "Klien minta dihubungi minggu depan",
    "Menunggu persetujuan internal",
)
FOR_PROSPECT = ("Kirim penawaran awal", "Jadwalkan presentasi", "Tanyakan kebutuhan tahun depan")
FOR_NEWCOMER = ("Tinjauan 30 hari pertama", "Perkenalkan tim pelaksana", "Periksa kelengkapan data klien")
FOR_RENEWAL = (
    "Siapkan usulan perpanjangan",
    "Jadwalkan rapat perpanjangan",
    "Tanyakan rencana perpanjangan",
)
FOR_ALL = ("Siapkan tinjauan triwulan", "Jadwalkan rapat evaluasi", "Kirim laporan bulanan", "Kunjungi klien")


def plans(accounts: Sequence[Account], interactions: Sequence[Interaction], day: date) -> Iterator[Task]:
    """The tasks of all clients. Last talks get the steps they lead to, as the page would have asked for them."""
    talks: dict[int, list[Interaction]] = defaultdict(list)
    for each in sorted(interactions, key=lambda talk: talk.happened_at):
        talks[id(each.client)].append(each)
    owners = [owner_on(account, day) for account in accounts]
    loads = Counter(owner.email for owner in owners if owner)
    planners = [
        Planner(account, owner, talks[id(account.client)], day, is_busy=is_busy(owner, loads))
        for account, owner in zip(accounts, owners, strict=True)
    ]
    wanted = [planner for planner in planners if planner.is_wanted]
    idle = [planner for planner in wanted if all(task.done_at for task in planner.tasks)]
    forgotten = pick(stream("forgotten"), idle, round(FORGOTTEN * len(wanted)))
    for planner in planners:
        if planner in wanted and planner not in forgotten:
            planner.look_ahead()
        yield from planner.tasks


def is_busy(owner: User | None, loads: Counter[str]) -> bool:
    """Whether somebody looks after more clients than the position allows."""
    most = owner.position.max_clients if owner and owner.position else None
    return owner is not None and most is not None and loads[owner.email] > most


class Planner:
    """The tasks of one client: at first those of its next steps. `owner`: who looks after it today."""

    def __init__(
        self, account: Account, owner: User | None, talks: Sequence[Interaction], day: date, *, is_busy: bool
    ) -> None:
        self.account, self.owner, self.talks, self.day = account, owner, talks, day
        self.late = LATE_OF_BUSY if is_busy else LATE
        self.rng = stream("plans", account.number)
        self.tasks = [self.of_step(talk) for talk in talks if talk.next_step_due]

    def look_ahead(self) -> None:
        """Plan what comes next where nothing is planned, sometimes more; let some of it wait."""
        if self.owner:
            self.tasks += self.new_ones(self.owner, has_open=any(not each.done_at for each in self.tasks))
        for task in self.tasks:
            if not task.done_at and abs(task.due_on - self.day) <= timedelta(days=3):
                self.perhaps_snooze(task)

    @property
    def is_wanted(self) -> bool:
        """Whether somebody is there to plan for the client."""
        return self.owner is not None and self.is_alive and not self.account.silent_since

    @property
    def is_alive(self) -> bool:
        """Whether somebody still wants something of the client: it has value, or has not begun."""
        ledger = self.account.ledger
        return not ledger.spans or ledger.spans[-1].last_day is None or ledger.spans[-1].last_day >= self.day

    def of_step(self, talk: Interaction) -> Task:
        """The task that the page makes of a next step: open if it is to come, seldom if it fell due lately."""
        due = talk.next_step_due or self.day
        is_open = due >= self.day or (due >= self.day - LATELY and self.rng.random() < self.late)
        if is_open and self.owner and self.is_alive:
            return self.task(self.owner, talk.next_step, due, talk)
        task = self.task(talk.by, talk.next_step, due, talk)
        on = min(due + timedelta(days=self.rng.choice(DELAYS)), self.day - timedelta(days=1))
        while seasons.is_off(on):
            on -= timedelta(days=1)
        afternoon = time(self.rng.choice((13, 14, 15, 16, 17)), self.rng.choice(range(0, 60, 5)))
        task.done_at, task.done_by = max(moment(on, afternoon), talk.created_at), talk.by
        return task

    def task(self, owner: User, title: str, due: date, talk: Interaction) -> Task:
        return Task(
            client=self.account.client,
            title=title,
            due_on=due,
            owner=owner,
            source=Task.Source.INTERACTION,
            created_at=talk.created_at,
        )

    def new_ones(self, owner: User, *, has_open: bool) -> Iterator[Task]:
        if not has_open:
            last = self.talks[-1] if self.talks else None
            yield self.out_of_talk(owner, last) if last and self.leads_on(last) else self.typed(owner)
        if self.rng.random() < TWICE:
            yield self.typed(owner)

    def leads_on(self, talk: Interaction) -> bool:
        is_fresh = talk.happened_at >= moment(self.day - FRESH, time(0))
        return is_fresh and not talk.next_step and bool(WORDS.step_after(talk.summary))

    def out_of_talk(self, owner: User, talk: Interaction) -> Task:
        talk.next_step, talk.next_step_due = WORDS.step_after(talk.summary), self.coming_day()
        return self.task(owner, talk.next_step, talk.next_step_due, talk)

    def typed(self, owner: User) -> Task:
        """A task that somebody thought of without a talk."""
        made = self.day - timedelta(days=self.rng.randint(1, 9))
        while seasons.is_off(made):
            made -= timedelta(days=1)
        return Task(
            client=self.account.client,
            title=self.rng.choice(self.titles()),
            due_on=self.coming_day(),
            owner=owner,
            created_at=moment(made, time(self.rng.choice((8, 9, 10, 11)), self.rng.choice(range(0, 60, 5)))),
        )

    def titles(self) -> Sequence[str]:
        """What one plans for a client in this situation."""
        account, day = self.account, self.day
        if account.joined is None or account.joined > day:
            return FOR_PROSPECT
        if day - account.joined < timedelta(days=60):
            return FOR_NEWCOMER
        if any(
            self.ends_soon(each.last_day, each.successor, each.notice_on) for each in account.ledger.terms
        ):
            return FOR_RENEWAL
        held = {line.family for deal in account.deals for line in deal.lines}
        others = sorted({catalogue.PAIRS[family] for family in held if family in catalogue.PAIRS} - held)
        return (*FOR_ALL, *(f"Siapkan penawaran: {name}" for name in others))

    def ends_soon(self, last_day: date, successor: object, notice_on: date | None) -> bool:
        return successor is None and notice_on is None and self.day <= last_day <= self.day + ENDS_SOON

    def coming_day(self) -> date:
        return working_day(self.day + timedelta(days=self.rng.choice(AHEAD)))

    def perhaps_snooze(self, task: Task) -> None:
        if self.rng.random() < SNOOZED:
            task.snoozed_until = working_day(self.day + timedelta(days=self.rng.randint(3, 9)))
            task.snoozes, task.snooze_reason = 1, self.rng.choice(SNOOZE_REASONS)
