"""Answers to surveys, found by client, kind, contact and day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.days import JAKARTA, jakarta_day
from accounts.models import User
from clients.models import Act, Answer, Client, Contact, Survey
from exchange.datasets.base import Change, Column, Dataset, Entry, NotFoundError, of, refuse_repeated
from exchange.datasets.finding import CLIENT_COLUMN, READ_ONLY, Clients, name_of
from exchange.datasets.kinds import CONTACT, Choice, Day, Text

NOON = time(12)  # of the day in Jakarta: a file knows no hour
LIMITS = {Survey.Kind.NPS: (0, 10), Survey.Kind.CSAT: (1, 5)}


class AnswerDataset(Dataset):
    slug = "answers"
    models = (Answer,)
    label = Answer._meta.verbose_name_plural
    about = gettext_lazy(
        "One line per answer: NPS from 0 to 10, CSAT from 1 to 5. An answer that is there is found by client, kind,"
        " contact and day."
    )
    columns = (
        CLIENT_COLUMN,
        Column(
            "kind",
            pgettext_lazy("column", "survey"),
            Choice(Survey.Kind),
            example="NPS",
            is_required=True,
            also=("survei", "jenis"),
        ),
        Column(
            "day",
            pgettext_lazy("column", "answered on"),
            Day(),
            example="2026-10-14",
            is_required=True,
            also=("tanggal", "date", "dijawab"),
        ),
        of(Answer, "score", is_required=True, example="9", also=("nilai", "skor", "score")),
        Column(
            "contact",
            Contact._meta.verbose_name,
            CONTACT,
            example="lestari@nusarena.example",
            also=("narahubung", "kontak", "responden"),
        ),
        of(Answer, "comment", Text(5000), example="Tim cepat menjawab", also=("komentar", "catatan")),
    )

    def is_open_to(self, user: User, day: date) -> bool:
        return Client.objects.editable_by(user).exists()

    def rows(self, user: User, day: date) -> QuerySet[Any]:
        rows: QuerySet[Any] = Answer.objects.visible_to(user).select_related("client", "contact", "survey")
        return rows.order_by("client_id", "answered_at", "pk")

    def values_of(self, row: Answer) -> Iterable[dict[str, Any]]:
        yield self.own_values(row) | {
            "client": name_of(row.client),
            "kind": row.survey.kind,
            "day": jakarta_day(row.answered_at),
            "contact": (row.contact.email or row.contact.full_name) if row.contact else None,
        }

    def place(self, entries: Collection[Entry], user: User, day: date) -> None:
        work = _Work(self, user, entries)
        for entry in entries:
            work.place(entry, day)
        refuse_repeated(entries, lambda entry: work.keys.get(entry.line), "client")


class _Work:
    def __init__(self, dataset: AnswerDataset, user: User, entries: Collection[Entry]) -> None:
        self.dataset, self.user = dataset, user
        self.clients = Clients(user, [entry.get("client") for entry in entries])
        self.found = {entry.line: entry.try_to("client", self.clients.find) for entry in entries}
        seen = [client for client in self.found.values() if client]
        self.contacts: dict[Any, Contact] = {}
        for contact in (
            Contact.objects.filter(client__in=seen).order_by("-pk").annotate(_name=Lower("full_name"))
        ):
            self.contacts[contact.client_id, contact.full_name.casefold()] = contact
            self.contacts[contact.client_id, contact.email.casefold()] = contact
        self.known = {
            (row.client_id, row.survey.kind, row.contact_id, jakarta_day(row.answered_at)): row
            for row in Answer.objects.filter(client__in=seen).select_related("survey")
        }
        self.surveys = {survey.kind: survey for survey in Survey.objects.order_by("pk")}
        self.keys: dict[int, Any] = {}

    def place(self, entry: Entry, today: date) -> None:
        client = self.found[entry.line]
        for name in ("client", "kind", "day"):
            self.dataset.require(entry, name, entry.get(name))
        kind, day = entry.get("kind"), entry.get("day")
        if client is None or kind is None or day is None:
            return
        if day > today:
            entry.refuse("day", _("This day lies in the future."))
        self._check_score(entry, kind)
        contact = entry.try_to("contact", lambda name: self._contact(client, name))
        key = self.keys[entry.line] = (client.pk, kind, contact and contact.pk, day)
        answer = self.known.get(key) or Answer(
            survey=self._survey(entry, kind),
            client=client,
            contact=contact,
            answered_at=datetime.combine(day, NOON, JAKARTA),
            entered_by=self.user,
        )
        if answer._state.adding:
            entry.changes.append(Change("day", "", Day().shown(day)))
        piece = self.dataset.fill(entry, answer)
        piece.rank = 1
        if entry.pieces and not self.clients.allows(client, Act.EDIT):
            entry.refuse("", str(READ_ONLY))

    def _check_score(self, entry: Entry, kind: str) -> None:
        least, most = LIMITS[Survey.Kind(kind)]
        score = entry.get("score")
        if score is not None and not least <= score <= most:
            words = {"kind": Survey.Kind(kind).label, "least": least, "most": most}
            entry.refuse("score", _("%(kind)s is a whole number from %(least)d to %(most)d.") % words)

    def _survey(self, entry: Entry, kind: str) -> Survey | None:
        survey = self.surveys.get(kind)
        if survey is None:
            entry.refuse("kind", _("There is no survey of this kind yet; the administration adds one."))
        return survey

    def _contact(self, client: Client, name: str) -> Contact:
        contact = self.contacts.get((client.pk, name.casefold()))
        if contact is None:
            raise NotFoundError(_("%(client)s has no contact “%(name)s”.") % {"client": client, "name": name})
        return contact
