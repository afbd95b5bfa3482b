"""Two people edit one record: the second is told, nothing is lost.

A row's revision is where and by which transaction PostgreSQL wrote it (`ctid`, `xmin`): every change renews it, also in
bulk, in the admin and in raw SQL.
"""

from typing import Any

import pghistory.models
from django import forms
from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts import formats
from accounts.forms import OnceForm
from accounts.models import User

REVISION = "concat(xmin, ctid)"  # of a row, in SQL


def revision_of(row: Model) -> str:
    """A token that changes with every change of the row."""
    table = connection.ops.quote_name(row._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {REVISION} FROM {table} WHERE id = %s", [row.pk])  # noqa: S608 - a table of ours, quoted
        return str(cursor.fetchone()[0])


def last_change(row: Model) -> str:
    """“Rina Prameswari, 21 Nov 2026 13.05 WIB”: who changed the row last, as far as the history knows."""
    events = pghistory.models.Events.objects.tracks(row)  # type: ignore[no-untyped-call]
    event = events.order_by("-pgh_created_at", "-pgh_id").first()
    if event is None:
        return _("somebody")
    author = User.objects.filter(pk=(event.pgh_context or {}).get("user", 0)).first()
    return f"{author or _('somebody')}, {formats.clock(event.pgh_created_at)}"


class RevisionFormMixin(OnceForm, forms.ModelForm):  # type: ignore[type-arg] # generic for the type checker only
    """A ModelForm that refuses to overwrite a change its author has not seen. Bind it to a locked row."""

    revision = forms.CharField(widget=forms.HiddenInput, required=False)
    is_conflict = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.current = revision_of(self.instance)
            self.initial["revision"] = self.current

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk and cleaned.get("revision") != self.current:
            self.is_conflict = True
            self.answer_with(revision=self.current)  # the next save knows what it overwrites
            raise forms.ValidationError(
                _(
                    "This was changed meanwhile (%(change)s). Your entries are kept below; save again to overwrite."
                )
                % {"change": last_change(self.instance)}
            )
        return cleaned
