"""Who looked after which client when: won by an account executive, handed over to an account manager, passed on."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from clients.models import Assignment
from portfolio.demo.chance import stream
from portfolio.demo.companies import Account
from portfolio.demo.people import AE, CORPORATE, DOMAIN, KEY, RETAIL, People, Seller

ONE_DAY = timedelta(days=1)
STAYS = 0.25  # of the executives who won a client stay beside the manager
CHANGED = 0.15  # of the clients had another manager before
FEWEST_NEW, MOST_NEW = 6, 24  # clients that still are with the executive alone
AM, EXECUTIVE = Assignment.Role.AM, Assignment.Role.AE


class Owners:
    """Fills `assignments` of every account so that each seller's load today is as planned."""

    def __init__(self, people: People, accounts: Sequence[Account], first_day: date, day: date) -> None:
        self.people, self.accounts, self.first_day, self.day = people, accounts, first_day, day
        self.managers = [seller for seller in people.sellers if seller.is_am]
        hunters = [seller for seller in people.sellers if seller.grade == AE and seller.since < first_day]
        self.hunters: dict[str, list[Seller]] = defaultdict(list)
        for seller in hunters:
            self.hunters[seller.team].append(seller)
        self.room = {seller: seller.load for seller in self.managers}

    def assign(self) -> None:
        active = [account for account in self.accounts if account.ledger.span_on(self.day)]
        newest = sorted(active, key=lambda each: (each.joined or self.day, each.number))
        fresh = max(FEWEST_NEW, min(MOST_NEW, len(active) - sum(self.room.values())))
        still_new = {account.number for account in newest[-fresh:] if not account.is_planted}
        settled = [account for account in active if account.number not in still_new]
        self.widen(len(settled))
        today = self.share_out(settled)
        for account in self.accounts:
            self.write(account, today.get(account.number), with_manager=account.number not in still_new)

    def widen(self, clients: int) -> None:
        """Make the loads add up to the clients there are; who has most is changed least."""
        missing = clients - sum(self.room.values())
        ordered = sorted((each for each in self.managers if each.grade != KEY), key=lambda each: each.load)
        for number in range(abs(missing)):
            self.room[ordered[number % (len(ordered) - 1)]] += 1 if missing > 0 else -1

    def share_out(self, settled: Sequence[Account]) -> dict[int, Seller]:
        """The account manager of each client today: the largest to key managers, the others by region."""
        by_value = sorted(settled, key=lambda each: (-value_on(each, self.day), each.number))
        keys = sum(seller.load for seller in self.managers if seller.grade == KEY)
        today: dict[int, Seller] = {}
        for account in by_value:
            seller = self.choose(account, is_key=len(today) < keys)
            today[account.number] = seller
            self.room[seller] -= 1
        return today

    def choose(self, account: Account, *, is_key: bool) -> Seller:
        """Who must look after it; else of those with room the one of the right grade and region who lacks most."""
        near = (account.team, CORPORATE) if account.team == RETAIL else (account.team,)

        def rank(seller: Seller) -> tuple[bool, bool, float]:
            return (
                (seller.grade == KEY) == is_key,
                seller.team.startswith(near),
                self.room[seller] / seller.load,
            )

        able = [seller for seller in self.managers if self.room[seller] > 0]
        keepers = [seller for seller in able if seller.user.email == f"{account.keeper}@{DOMAIN}"]
        return max(keepers or able, key=rank)

    def write(self, account: Account, manager: Seller | None, *, with_manager: bool) -> None:
        """The rows of one client, from before its first contract until today or until it left."""
        rng = stream("assignments", account.number)
        joined = account.joined
        hunter = rng.choice(self.hunters[self.hunting_team(account, manager)])
        if joined is None or joined > self.day:
            self.add(account, hunter, EXECUTIVE, self.day - timedelta(days=rng.randint(10, 50)), None)
            return
        last = account.ledger.spans[-1].last_day
        last = last if last is not None and last < self.day else None
        won = joined >= self.first_day
        since = joined - timedelta(days=rng.randint(20, 60)) if won else joined
        if not with_manager:
            self.add(account, hunter, EXECUTIVE, since, None)
            return
        takes_over = joined + timedelta(days=rng.randint(45, 90)) if won else joined
        takes_over = min(takes_over, last or self.day)
        if won:
            stays = rng.random() < STAYS
            self.add(account, hunter, EXECUTIVE, since, last if stays else takes_over - ONE_DAY)
        manager = manager or rng.choice(
            [each for each in self.managers if each.team.startswith(account.team)]
        )
        self.hand_on(account, manager, takes_over, last)

    def hunting_team(self, account: Account, manager: Seller | None) -> str:
        """The team of today's manager, else that of the region, if it has executives."""
        wanted = manager.team if manager else account.team
        return wanted if self.hunters[wanted] else CORPORATE

    def hand_on(self, account: Account, manager: Seller, since: date, last: date | None) -> None:
        """The account manager, for some clients after a colleague or somebody who has left."""
        rng = stream("change", account.number)
        until = last or self.day
        gone = [seller for seller in self.people.former if seller.team == manager.team]
        changed = since + (until - since) * rng.uniform(0.3, 0.8)
        if rng.random() < CHANGED and changed - since > timedelta(days=90):
            colleagues = [e for e in self.managers if e.team == manager.team and e is not manager]
            before = rng.choice(colleagues)
            if gone and changed < self.left_on(gone[0]):
                before, changed = gone[0], min(self.left_on(gone[0]) + ONE_DAY, until)
            self.add(account, before, AM, since, changed - ONE_DAY)
            since = changed
        self.add(account, manager, AM, since, last)

    def left_on(self, seller: Seller) -> date:
        ends = [each.end for each in self.people.memberships if each.user is seller.user and each.end]
        return max(ends)

    def add(self, account: Account, seller: Seller, role: str, start: date, end: date | None) -> None:
        if end is None or end >= start:
            account.assignments.append(
                Assignment(client=account.client, user=seller.user, role=role, start=start, end=end)
            )


def value_on(account: Account, day: date) -> float:
    """Million rupiah a month, dollars at a rough rate."""
    rough = {"IDR": 1, "USD": 16_000}
    return sum(float(v) * rough[currency] for currency, v in account.ledger.value_on(day).items()) / 12e6
