"""What a cell may mean, decided by other means than the product's: no patterns, only splitting and counting.

`None` says that the text has no meaning in the notation, so that the product has to refuse it.
"""

import unicodedata
from datetime import date
from decimal import Decimal

DIGITS = set("0123456789")
MONTHS = {
    name: month
    for month, names in enumerate(
        ["Jan Januari January", "Feb Februari February", "Mar Maret March", "Apr April", "Mei May", "Jun Juni June",
         "Jul Juli July", "Agu Agustus Aug August", "Sep September", "Okt Oktober Oct October", "Nov November",
         "Des Desember Dec December"], 1)
    for name in names.split()
}  # fmt: skip


def field(text: str) -> str:
    """The text of a field of CSV: without the apostrophe that marks text, as a person sees it."""
    bare = text.lstrip("'")
    return seen(text[1:] if bare != text and bare[:1] in set("=+-@\t\r\n＝＋－＠") else text)


def seen(text: str) -> str:
    """As a person sees it."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " "))
    return text.strip()


def number(text: str, mark: str, places: int) -> Decimal | None:
    sign = 1
    if text.startswith("(") and text.endswith(")"):
        sign, text = -1, text[1:-1]
    elif text.startswith("-"):
        sign, text = -1, text[1:]
    text = text.removeprefix("Rp").removeprefix(".").strip() if text.startswith("Rp") else text
    group = "." if mark == "," else ","
    whole, _mark, part = text.removesuffix(f"{mark}-").partition(mark)
    groups = whole.split(group)
    if not all(each and set(each) <= DIGITS for each in groups) or not set(part) <= DIGITS:
        return None
    if _mark and not part:
        return None
    if len(groups) > 1 and (
        not 1 <= len(groups[0]) <= 3 or groups[0][0] == "0" or any(len(each) != 3 for each in groups[1:])
    ):
        return None
    may_be_thousands = len(groups) == 1 and len(part) == 3 and len(whole) <= 3 and whole[0] != "0"
    if may_be_thousands or len(part.rstrip("0")) > places:
        return None
    return sign * Decimal("".join(groups) + "." + (part or "0"))


def day(text: str, order: str) -> date | None:
    text = text.removesuffix(" 00:00:00").removesuffix(" 00:00")
    parts = text.replace(",", "").replace(" ", "-").replace("/", "-").replace(".", "-").split("-")
    if len(parts) != 3:
        return None
    named = [at for at, part in enumerate(parts) if part in MONTHS]
    if named == [0]:
        order = "mdy"
    elif named == [1]:
        order = "dmy"
    elif len(parts[0]) == 4 and text.count("-") == 2 and len(text) == 10:
        order = "ymd"
    by_letter = dict(zip(order, parts, strict=True))
    month = MONTHS.get(by_letter["m"]) or (int(by_letter["m"]) if set(by_letter["m"]) <= DIGITS else 0)
    if (
        len(by_letter["y"]) != 4
        or len(by_letter["d"]) > 2
        or len(by_letter["m"]) > 2 * (2 if named else 1) + 9
    ):
        return None
    try:
        return date(int(by_letter["y"]), month, int(by_letter["d"]))
    except ValueError:
        return None
