"""The details that an update can carry: as a portal has them, as a practice's patient has them, and as text."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from domain.dates import long_date

if TYPE_CHECKING:
    from domain.details import Details

LABELS = {
    "name": "Name",
    "preferred_name": "Preferred name",
    "birth_date": "Birth date",
    "gender": "Gender",
    "phone": "Phone",
    "email": "Email",
    "address": "Street and number",
    "city": "Suburb or town",
    "postcode": "Postcode",
    "emergency_name": "Emergency contact",
    "emergency_phone": "Emergency contact’s phone",
}
"""What each is called on pages, in their order."""
FIELDS = tuple(LABELS)
PATIENT_COLUMNS = ("first_name", "last_name", *FIELDS[1:])
"""Where a patient has them."""


def of_details(details: "Details") -> dict[str, str]:
    """What a portal says, each detail as text without space around it; '' for what is not known."""
    return {field: _text(field, getattr(details, field)) for field in FIELDS}


def of_patient(row: Mapping[str, Any]) -> dict[str, str]:
    """What a practice has of its patient, from a row with PATIENT_COLUMNS, as `of_details` has it."""
    name = f"{row['first_name']} {row['last_name']}"
    return {field: _text(field, name if field == "name" else row[field]) for field in FIELDS}


def _text(field: str, value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(value.split()) if field == "name" else (value or "").strip()


def words(field: str, text: str) -> str:
    """A detail's text as people read it."""
    return long_date(date.fromisoformat(text)) if field == "birth_date" and text else text


def columns(field: str, text: str, patient: Mapping[str, Any]) -> dict[str, Any]:
    """What is written into a patient's row for a detail; `patient` is the row as it is."""
    if field == "name":
        first, last = split_name(text, patient["first_name"], patient["last_name"])
        return {"first_name": first, "last_name": last}
    if field == "birth_date":
        return {field: date.fromisoformat(text) if text else None}
    return {field: text}


def split_name(name: str, first_name: str, last_name: str) -> tuple[str, str]:
    """A whole name as first and last name, for a patient who is called `first_name last_name` until now.

    Whichever of the two is still there stays whole; else the last word is the last name. One word is a first name.
    """
    said, first, last = name.split(), first_name.split(), last_name.split()
    if last and len(said) > len(last) and _same(said[-len(last) :], last):
        at = len(said) - len(last)
    elif first and len(said) > len(first) and _same(said[: len(first)], first):
        at = len(first)
    else:
        at = max(1, len(said) - 1)
    return " ".join(said[:at]), " ".join(said[at:])


def _same(some: list[str], others: list[str]) -> bool:
    return [word.casefold() for word in some] == [word.casefold() for word in others]
