"""What somebody fills into a report's filters."""

from collections.abc import Iterable
from datetime import date

from domain import days
from domain.errors import Refused
from domain.reports.report_type import Field, FieldKind, Said

LONGEST = 100
OLDEST = 130


def faults(fields: Iterable[Field], said: Said) -> list[Refused]:
    """Everything wrong with what was filled in, each at its field."""
    wrong = ((field, _wrong_with(field, _trimmed(said, field))) for field in fields)
    return [Refused(words, field.name) for field, words in wrong if words]


def kept(fields: Iterable[Field], said: Said) -> dict[str, str]:
    """What a report keeps of it: what asks something, of the fields that there are."""
    values = {field.name: _trimmed(said, field) for field in fields}
    return {name: value for name, value in values.items() if value}


def _trimmed(said: Said, field: Field) -> str:
    return " ".join(said.get(field.name, "").split())


def _wrong_with(field: Field, value: str) -> str | None:
    if not value:
        return None
    match field.kind:
        case FieldKind.CHOICE:
            return None if value in (field.choices or {}) else "Choose one of the list"
        case FieldKind.DATE:
            return _wrong_with_date(value)
        case FieldKind.NUMBER:
            fits = value.isascii() and value.isdigit() and len(value) < 4 and int(value) <= OLDEST
            return None if fits else f"Type a number from 0 to {OLDEST}"
        case FieldKind.TEXT:
            fits = len(value) <= LONGEST and value.isprintable()
            return None if fits else f"Type at most {LONGEST} characters"


def _wrong_with_date(value: str) -> str | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        return "Type a date, such as 2026-11-20"
    return days.wrong_with(day)
