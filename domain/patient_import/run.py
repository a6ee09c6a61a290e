"""The run of an import: rows in, five hundred at a time, in one transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from db.engine import run, transaction
from domain import audit, clock, invitations, places, practices
from domain.errors import NotFound, Refused
from domain.patient_import import patient_row, record_row, writing
from domain.patient_import.outcome import BadRow, Outcome, Progress, Tally
from domain.patient_import.reader import Reader, Reading
from domain.patient_import.sheet import Sheet, Uploaded
from domain.permissions import PlacePermission, demand
from domain.places import Place
from domain.practices import Practice

AT_ONCE = 500
NOT_THEIRS = "You cannot bring in this row. Ask an account owner"
ALIKE = "There is somebody with this name and birth date already. Edit them, or give the row an Id"
Writing = Callable[[list[dict[str, Any]], Reader], Awaitable[Tally]]
AtEnd = Callable[[Outcome], Awaitable[None]]


async def import_patients(
    file: Path | Uploaded,
    practice_slug: str,
    progress: Progress | None = None,
    *,
    by: Place | None = None,
    at_end: AtEnd | None = None,
) -> Outcome:
    """Brings in the patients of a CSV file, with the columns of patient_row.COLUMNS in any order, for a member of the
    practice or the platform's administrators. `at_end` writes into the same transaction, and may raise to undo all.

    Of a patient who is there already the file's columns win, blank ones too; a row of one whom the member does not
    find is a bad one. Writes the event 'patients:import' when anything changed, and 'patient:import' for each linked
    patient who did. Raises Refused for an unknown practice, a file that cannot be read or lacks a column, and NotFound
    or NotPermitted for a member who at the end may no longer import: then nothing was brought in.
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


async def _demand_still(by: Place) -> None:
    """Long after the start: whoever changes the member's place waits now for the end, or was waited for. Raises
    NotFound and NotPermitted."""
    await run("SELECT FROM member WHERE id = $1 FOR SHARE", by.member)
    demand(await places.place(by.account, by.account_name, by.practice.slug), PlacePermission.IMPORT_PATIENTS)


class _Course:
    """One import on its way: what is done of it, and what became of that."""

    def __init__(
        self,
        practice: Practice,
        progress: Progress | None,
        total: int,
        by: Place | None = None,
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
        self.linked: list[UUID] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """One import at a time into a practice, whose other work goes on meanwhile: nobody else takes this lock."""
        async with transaction():
            await run("SELECT pg_advisory_xact_lock(hashtextextended($1, 2))", f"import:{self.practice.id}")
            yield
            if self.by:
                await _demand_still(self.by)
            if self.at_end:
                await self.at_end(self.outcome)
            await self._follow_up()

    async def _follow_up(self) -> None:
        if not self.outcome.changed_something:
            return
        account, practice = self.by.account if self.by else None, self.practice.id
        await audit.record_many("patient:import", self.linked, account=account, practice=practice)
        await invitations.cancel_for_the_dead(practice, account)
        await audit.record("patients:import", account=account, practice=practice)

    async def patients(self, sheet: Sheet, source: str) -> None:
        async def write(rows: list[dict[str, Any]], reader: Reader) -> Tally:
            there = await writing.known(self.practice.id, source, rows, self.by)
            hidden = {source_id for source_id, patient in there.items() if not patient.found}
            for row in rows:
                if row["source_id"] in hidden:
                    reader.refuse(row, NOT_THEIRS)
            alike = await writing.alike(self.practice.id, [row for row in rows if row["source_id"] not in there])
            for row in rows:
                if row["source_id"] in alike:
                    reader.refuse(row, ALIKE)
            theirs = [row for row in rows if row["source_id"] not in hidden | alike]
            written = await writing.patients(self.practice.id, source, theirs, there)
            self.linked += written.linked
            return written.tally

        await self._take(sheet, patient_row.read, write, self.outcome)

    async def entries(self, sheet: Sheet, reading: Reading, known: Mapping[str, UUID], tally: Tally) -> None:
        def read(given: Mapping[str, str], today: date) -> dict[str, Any]:
            entry = reading(given, today)
            if entry["patient"] not in known:
                raise BadRow("There is no patient with this Id")
            return entry | {"patient": known[entry["patient"]]}

        async def write(rows: list[dict[str, Any]], _reader: Reader) -> Tally:
            return await writing.entries(rows)

        await self._take(sheet, read, write, tally)

    async def _take(self, sheet: Sheet, reading: Reading, write: Writing, tally: Tally) -> None:
        rows, reader = sheet.rows(), Reader(sheet, reading, self.today, tally, self.outcome.errors)
        while chunk := list(islice(rows, AT_ONCE)):
            good = [entry for row in chunk if (entry := reader.entry(row)) is not None]
            tally.add(await write(good, reader))
            self.done += len(chunk)
            if self.progress:
                self.progress(self.done, self.total)
