"""The rows of a file one after the other, each held against its rules and those before it."""

from bisect import insort
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from domain.patient_import.outcome import BadRow, Fault, Tally
from domain.patient_import.sheet import Row, Sheet

Reading = Callable[[Mapping[str, str], date], dict[str, Any]]


class Reader:
    """Remembers the rows of a file so far, by what they are known by. What is wrong goes into `errors`."""

    def __init__(self, sheet: Sheet, reading: Reading, today: date, tally: Tally, errors: list[Fault]) -> None:
        self.file = sheet.path.name
        self.reading = reading
        self.today = today
        self.tally = tally
        self.errors = errors
        self.seen: dict[tuple[UUID | None, str], tuple[int, int]] = {}

    def entry(self, row: Row | Fault) -> dict[str, Any] | None:
        """What a row says; None for one that is bad, or was there before."""
        if isinstance(row, Fault):
            self.errors.append(row)
            return None
        line, given = row
        try:
            entry = self.reading(given, self.today)
            return entry if self._is_new(line, entry) else None
        except BadRow as fault:
            self.errors.append(Fault(self.file, line, str(fault)))
            return None

    def refuse(self, entry: Mapping[str, Any], reason: str) -> None:
        """Says of a row that was good so far that it is not taken."""
        line, _ = self.seen[_known_by(entry)]
        insort(self.errors, Fault(self.file, line, reason), key=lambda fault: fault.line)

    def _is_new(self, line: int, entry: dict[str, Any]) -> bool:
        """False for a row that was there with the same content; raises BadRow where it was there with other."""
        content = hash(tuple(entry.values()))
        first = self.seen.setdefault(_known_by(entry), (line, content))
        if first[1] != content:
            raise BadRow(f"Line {first[0]} has the same Id with other content")
        if first[0] != line:
            self.tally.unchanged += 1
        return first[0] == line


def _known_by(entry: Mapping[str, Any]) -> tuple[UUID | None, str]:
    return entry.get("patient"), entry["source_id"]
