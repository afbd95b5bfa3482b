"""Tax numbers (NPWP): how they are typed, stored and shown."""

import re

LENGTH = 16


def npwp_from(typed: str) -> str:
    """The 16 digits of a number typed with or without dots; the 15 of the old form get a leading 0 (PMK 112/2022).

    Raises ValueError with the number of characters found where they are no 15 or 16 digits.
    """
    digits = re.sub(r"[.\-\s]", "", typed)
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (LENGTH - 1, LENGTH):
        raise ValueError(len(digits))
    return digits.rjust(LENGTH, "0")


def is_personal(npwp: str) -> bool:
    """Whether it is a person's: of 16 digits only companies' begin with 0 (indonesia.md 4.2)."""
    return len(npwp) == LENGTH and not npwp.startswith("0")


def masked(npwp: str) -> str:
    """Its last four digits: what may be shown of a person's number."""
    return f"{'•' * (len(npwp) - 4)}{npwp[-4:]}"
