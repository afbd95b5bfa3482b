"""Names of companies: with and without their legal form, and when two spellings are one name."""

import re
from collections.abc import Collection

from django.db import connection, models
from django.db.models import Func
from django.utils.translation import pgettext_lazy

_TYPED_FORM = re.compile(r"^(?P<form>PT|CV|UD|Firma|Yayasan|Koperasi)\b\.?\s+(?P<name>.+)$", re.IGNORECASE)
_TYPED_TBK = re.compile(r"[\s,]+Tbk\.?$", re.IGNORECASE)


class LegalForm(models.TextChoices):
    PT = "PT", "PT"
    PT_TBK = "PT Tbk", "PT … Tbk"
    PT_PERORANGAN = "PT Perorangan", "PT Perorangan"
    CV = "CV", "CV"
    FIRMA = "Firma", "Firma"
    UD = "UD", "UD/PD"
    KOPERASI = "Koperasi", "Koperasi"
    YAYASAN = "Yayasan", "Yayasan"
    BUMN = "BUMN", "BUMN/BUMD"
    GOVERNMENT = "Instansi", pgettext_lazy("legal form", "Government body")
    PERSON = "Perorangan", pgettext_lazy("legal form", "Private person")
    OTHER = "", pgettext_lazy("legal form", "Other or unknown")


def split_name(typed: str) -> tuple[str | None, str]:
    """(legal form, name) of a name typed with its form: “PT. Sagarata Niaga Tbk” → (“PT Tbk”, “Sagarata Niaga”)."""
    name = " ".join(typed.split())
    listed = bool(_TYPED_TBK.search(name))
    name = _TYPED_TBK.sub("", name)
    match = _TYPED_FORM.match(name)
    if not match:
        return (LegalForm.PT_TBK if listed else None), name
    form = next(f for f in LegalForm.values if f.lower() == match["form"].lower())
    return (LegalForm.PT_TBK if listed else form), match["name"]


class NameKey(Func):
    """A company name without legal form, dots, spaces and case: what two spellings of one name share."""

    template = (
        r"regexp_replace(regexp_replace(lower(%(expressions)s),"
        r" '\m(pt|cv|tbk|ud|pd|fa|firma|yayasan|koperasi|perum|persero|perorangan)\M\.?', '', 'g'),"
        r" '[^a-z0-9]+', '', 'g')"
    )
    output_field = models.TextField()


def name_keys(names: Collection[str]) -> dict[str, str]:
    """The keys (`NameKey`) of some names, by name; "" where nothing but a legal form is left. One statement."""
    key = NameKey.template % {"expressions": "name"}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, {key} FROM unnest(%s::text[]) AS name", [list(names)])  # noqa: S608 - a constant
        return dict(cursor.fetchall())
