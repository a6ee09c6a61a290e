"""The run of an import: rows in, five hundred at a time, in one transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from db.engine import run, transaction
from domain import audit, clock, invitations, practices
from domain.errors import NotFound, Refused
from domain.patient_import import patient_row, record_row, writing
from domain.patient_import.outcome import BadRow, Outcome, Progress, Tally
from domain.patient_import.reader import Reader, Reading
from domain.patient_import.sheet import Sheet, Uploaded
from domain.practices import Practice

AT_ONCE = 500
Writing = Callable[[list[dict[str, Any]]], Awaitable[Tally]]
AtEnd = Callable[[Outcome], Awaitable[None]]


async def import_patients(
    file: Path | Uploaded,
    practice_slug: str,
    progress: Progress | None = None,
    *,
    by: UUID | None = None,
    at_end: AtEnd | None = None,
) -> Outcome:
    """Brings in the patients of a CSV file, with the columns of patient_row.COLUMNS in any order, for the account `by`
    or the platform's administrators. `at_end` writes into the same transaction, and may raise to undo all of it.

    Of a patient who is there already the file's columns win, blank ones too. Writes the event 'patients:import' when
    anything changed. Raises Refused for an unknown practice, a file that cannot be read or lacks a column.
    """
    practice = await _practice(practice_slug)
    sheet = Sheet(file, patient_row.COLUMNS, patient_row.REQUIRED)
    course = _Course(practice, progress, sheet.count(), by, at_end)
    async with course.transaction():
        await course.patients(sheet, "csv")
    return course.outcome


async def import_synthea(folder: Path, practice_slug: str, progress: Progress | None = None) -> Outcome:
    """Brings in a folder of Synthea's CSV exporter: patients.csv, and allergies.csv and immunizations.csv as entries
    of their records. Raises as `import_patients` does."""
    practice = await _practice(practice_slug)
    columns, required = patient_row.COLUMNS, ("source_id", *patient_row.REQUIRED)
    people = Sheet(folder / "patients.csv", columns, required)
    allergies = Sheet(folder / "allergies.csv", record_row.ALLERGIES, tuple(record_row.ALLERGIES))
    vaccines = Sheet(folder / "immunizations.csv", record_row.IMMUNISATIONS, tuple(record_row.IMMUNISATIONS))
    course = _Course(practice, progress, people.count() + allergies.count() + vaccines.count())
    async with course.transaction():
        await course.patients(people, "synthea")
        known = await writing.patients_by_source_id(practice.id, "synthea")
        await course.entries(allergies, record_row.allergy, known, course.outcome.allergies)
        await course.entries(vaccines, record_row.immunisation, known, course.outcome.immunisations)
    return course.outcome


async def _practice(slug: str) -> Practice:
    try:
        return await practices.find(slug)
    except NotFound as error:
        raise Refused(f"There is no practice {slug}. Make it with: kith admin create-practice") from error


class _Course:
    """One import on its way: what is done of it, and what became of that."""

    def __init__(
        self,
        practice: Practice,
        progress: Progress | None,
        total: int,
        by: UUID | None = None,
        at_end: AtEnd | None = None,
    ) -> None:
        self.practice = practice
        self.progress = progress
        self.total = total
        self.by = by
        self.at_end = at_end
        self.done = 0
        self.today = clock.now().astimezone(practice.zone).date()
        self.outcome = Outcome()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """One import at a time into a practice, whose other work goes on meanwhile."""
        async with transaction():
            await run("SELECT FROM practice WHERE id = $1 FOR NO KEY UPDATE", self.practice.id)
            yield
            if self.at_end:
                await self.at_end(self.outcome)
            if self.outcome.changed_something:
                await invitations.cancel_for_the_dead(self.practice.id, self.by)
                await audit.record("patients:import", account=self.by, practice=self.practice.id)

    async def patients(self, sheet: Sheet, source: str) -> None:
        async def write(rows: list[dict[str, Any]]) -> Tally:
            return await writing.patients(self.practice.id, source, rows)

        await self._take(sheet, patient_row.read, write, self.outcome)

    async def entries(self, sheet: Sheet, reading: Reading, known: Mapping[str, UUID], tally: Tally) -> None:
        def read(given: Mapping[str, str], today: date) -> dict[str, Any]:
            entry = reading(given, today)
            if entry["patient"] not in known:
                raise BadRow("There is no patient with this Id")
            return entry | {"patient": known[entry["patient"]]}

        await self._take(sheet, read, writing.entries, tally)

    async def _take(self, sheet: Sheet, reading: Reading, write: Writing, tally: Tally) -> None:
        rows, reader = sheet.rows(), Reader(sheet, reading, self.today, tally, self.outcome.errors)
        while chunk := list(islice(rows, AT_ONCE)):
            good = [entry for row in chunk if (entry := reader.entry(row)) is not None]
            tally.add(await write(good))
            self.done += len(chunk)
            if self.progress:
                self.progress(self.done, self.total)
