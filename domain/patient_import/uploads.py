"""A file of patients that a member sends: looked through, shown, and brought in by the worker when they say so."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from db.engine import Prepared, run, transaction
from db.ids import new_id
from db.tables.patient_upload import UploadState
from domain import clock
from domain.errors import NotFound, Refused
from domain.patient_import import patient_row
from domain.patient_import.outcome import Fault, Outcome
from domain.patient_import.reader import Reader
from domain.patient_import.sheet import Sheet, Uploaded
from domain.permissions import PlacePermission, demand
from domain.places import Place

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_FAULTS = 100
"""So many are shown; how many more there are is said."""
FIRST_ROWS, HEAD = 10, 64 * 1024
KEPT_UNUSED, KEPT = timedelta(days=1), timedelta(days=30)
"""How long a file waits to be brought in, and how long its outcome can be read."""

_looking = asyncio.Semaphore(2)
"""So many files at once are looked through, which takes seconds of work for the longest."""


@dataclass(frozen=True)
class Standing:
    """How a file stands. `refused` counts all bad rows, `faults` are the first of them: line and reason."""

    id: UUID
    file_name: str
    state: UploadState
    rows: int
    done: int
    created: int
    updated: int
    unchanged: int
    refused: int
    faults: tuple[tuple[int, str], ...]
    uploaded_at: datetime
    ended_at: datetime | None

    @property
    def good(self) -> int:
        return self.rows - self.refused

    @property
    def ended(self) -> bool:
        return self.state in (UploadState.DONE, UploadState.FAILED)


COLUMNS = tuple(Standing.__dataclass_fields__)
_one = Prepared(
    f"SELECT {', '.join(COLUMNS)} FROM patient_upload WHERE id = $1 AND practice = $2 AND account = $3"  # noqa: S608 - names of ours
)
_mine = Prepared(
    f"SELECT {', '.join(COLUMNS)} FROM patient_upload WHERE practice = $1 AND account = $2"  # noqa: S608 - names of ours
    " AND state <> 'Read' ORDER BY uploaded_at DESC, id LIMIT 5"
)


async def receive(place: Place, name: str, content: bytes) -> UUID:
    """Looks a file through, without bringing in anything, and keeps it. One that the same member sent before and did
    not use goes. Gives its id.

    Raises NotPermitted, and Refused at the field 'file' for what is no CSV of patients or has too many rows.
    """
    demand(place, PlacePermission.IMPORT_PATIENTS)
    file = Uploaded(name or "The file", content)
    today = clock.now().astimezone(place.practice.zone).date()
    try:
        async with _looking:
            rows, outcome = await asyncio.to_thread(_look_through, file, today)
    except Refused as refused:
        raise Refused(refused.words, "file") from refused
    return await _keep(place, file, rows, outcome.errors)


async def _keep(place: Place, file: Uploaded, rows: int, faults: list[Fault]) -> UUID:
    upload = new_id()
    async with transaction():
        await run(
            "DELETE FROM patient_upload WHERE practice = $1 AND account = $2 AND state = 'Read'",
            place.practice.id,
            place.account,
        )
        await run(
            "INSERT INTO patient_upload (id, practice, account, file_name, content, state, rows, refused, faults,"
            " uploaded_at) VALUES ($1, $2, $3, $4, $5, 'Read', $6, $7, $8, $9)",
            upload,
            place.practice.id,
            place.account,
            file.name,
            file.content,
            rows,
            len(faults),
            faults_as_json(faults),
            clock.now(),
        )
    return upload


def faults_as_json(faults: list[Fault]) -> str:
    """The first of them, for the column `faults`."""
    return json.dumps([[fault.line, fault.reason] for fault in faults[:MOST_FAULTS]])


def _look_through(file: Uploaded, today: date) -> tuple[int, Outcome]:
    """How many rows, and what is wrong with them: what an import would find, in a thread of its own."""
    demand_csv(file)
    sheet, outcome, rows = Sheet(file, patient_row.COLUMNS, patient_row.REQUIRED), Outcome(), 0
    reader = Reader(sheet, patient_row.read, today, outcome, outcome.errors)
    for row in sheet.rows():
        rows += 1
        if rows > MOST_ROWS:
            raise Refused(
                f"This file has more than {MOST_ROWS:,} rows. Split it and send the parts one after the other"
            )
        reader.entry(row)
    if not rows:
        raise Refused("This file has a header and no rows. Check that it is the right one")
    return rows, outcome


def demand_csv(file: Uploaded) -> None:
    """Raises Refused for what is plainly no CSV in UTF-8, in words for whoever saved it."""
    head = file.content[:4096]
    if not file.content.strip():
        raise Refused("This file is empty. Choose another" if file.name else "Choose a file")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused("This is a spreadsheet. Open it and save it as CSV UTF-8, then send that")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) > len(head) // 4:
        raise Refused("This file is in UTF-16. Save it as CSV UTF-8, then send that")
    if b"\0" in head or head.lstrip().startswith((b"%PDF", b"<", b"{", b"[")):
        raise Refused("This is not a CSV file. Save the list of patients as CSV UTF-8, then send that")


async def find(place: Place, upload: UUID) -> Standing:
    """A file of one's own. Raises NotPermitted, and NotFound for what is absent, gone or somebody else's."""
    demand(place, PlacePermission.IMPORT_PATIENTS)
    row = await _one.first(upload, place.practice.id, place.account)
    if row is None:
        raise NotFound
    return _standing(row)


def _standing(row: Mapping[str, Any]) -> Standing:
    faults = tuple((int(line), str(reason)) for line, reason in json.loads(row["faults"]))
    return Standing(**{**row, "state": UploadState(row["state"]), "faults": faults})


async def mine(place: Place) -> tuple[Standing, ...]:
    """The last files that the member brought in, the newest first. Raises NotPermitted."""
    demand(place, PlacePermission.IMPORT_PATIENTS)
    return tuple(_standing(row) for row in await _mine.rows(place.practice.id, place.account))


async def first_rows(place: Place, upload: UUID) -> list[dict[str, Any]]:
    """The first good rows as they would be read, of a file that waits to be used. Raises as `find` does."""
    demand(place, PlacePermission.IMPORT_PATIENTS)
    rows = await run(
        "SELECT file_name, substring(content FROM 1 FOR $4) AS head FROM patient_upload WHERE id = $1 AND practice = $2"
        " AND account = $3",
        upload,
        place.practice.id,
        place.account,
        HEAD,
    )
    if not rows:
        raise NotFound
    sheet, outcome = Sheet(Uploaded(rows[0]["file_name"], rows[0]["head"]), patient_row.COLUMNS, ()), Outcome()
    today = clock.now().astimezone(place.practice.zone).date()
    reader = Reader(sheet, patient_row.read, today, outcome, outcome.errors)
    entries = (reader.entry(row) for row in islice(sheet.rows(), MOST_FAULTS))
    return list(islice((entry for entry in entries if entry), FIRST_ROWS))


async def start(place: Place, upload: UUID) -> None:
    """Says that a file is to be brought in; the worker does it. Said again, it is said already.

    Raises NotPermitted, and NotFound as `find` does.
    """
    demand(place, PlacePermission.IMPORT_PATIENTS)
    said = await run(
        "UPDATE patient_upload SET state = 'Waiting', uploaded_at = $4 WHERE id = $1 AND practice = $2 AND account = $3"
        " AND state = 'Read' RETURNING id",
        upload,
        place.practice.id,
        place.account,
        clock.now(),
    )
    if not said:
        await find(place, upload)


async def sweep() -> None:
    """Forgets files that nobody used, and outcomes that nobody needs to read any more."""
    now = clock.now()
    await run(
        "DELETE FROM patient_upload WHERE (state = 'Read' AND uploaded_at < $1)"
        " OR (state IN ('Done', 'Failed') AND ended_at < $2)",
        now - KEPT_UNUSED,
        now - KEPT,
    )
