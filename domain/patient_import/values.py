"""What a single value must be like to be kept."""

import re
import unicodedata
from datetime import date

from domain.details import EMAIL
from domain.patient_import.outcome import BadRow

EARLIEST = date(1900, 1, 1)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def text(value: str, column: str, longest: int) -> str:
    """The value with single spaces and composed characters. Raises BadRow when it is longer than `longest`, holds NUL
    or another control character, or what could be taken for a header of a mail (RFC 2047)."""
    tidy = unicodedata.normalize("NFC", " ".join(value.split()))
    if len(tidy) > longest:
        raise BadRow(f"{column} is longer than {longest} characters")
    if any("\udc80" <= character <= "\udcff" for character in tidy):
        raise BadRow(f"{column} is not in UTF-8")
    if not tidy.isprintable() or "=?" in tidy:
        raise BadRow(f"{column} has characters that cannot be kept")
    return tidy


def named(value: str, column: str, longest: int) -> str:
    """As `text`, but it cannot be empty."""
    tidy = text(value, column, longest)
    if not tidy:
        raise BadRow(f"{column} is empty")
    return tidy


def email(value: str) -> str:
    """An address or ''. Raises BadRow."""
    tidy = text(value, "Email", 254)
    if tidy and not EMAIL.fullmatch(tidy):
        raise BadRow("Email is no email address")
    return tidy


def day(value: str, column: str, today: date) -> date | None:
    """A day such as 1988-08-17 (ISO 8601, since 03/04/1988 is one day to some and another to others), or None where
    there is nothing. Raises BadRow for what is no day, before 1900 or after `today`."""
    tidy = value.strip()
    if not tidy:
        return None
    try:
        found = date.fromisoformat(tidy) if DAY.fullmatch(tidy) else None
    except ValueError:
        found = None
    if found is None:
        raise BadRow(f"{column} must be a date such as 1988-08-17")
    if found < EARLIEST:
        raise BadRow(f"{column} is before 1900")
    if found > today:
        raise BadRow(f"{column} is in the future")
    return found
