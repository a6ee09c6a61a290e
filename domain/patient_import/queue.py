"""Files that are to be brought in, one at a time by any worker: claimed by a lease, so that what a worker that is gone
left behind is taken up again. A file goes in whole or not at all, and its end is written with it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from db.engine import DatabaseGone, Prepared, run
from db.ids import new_id
from domain import clock, places
from domain.errors import NotFound, NotPermitted, Refused
from domain.journal import note
from domain.patient_import.outcome import Outcome
from domain.patient_import.run import import_patients
from domain.patient_import.sheet import Uploaded
from domain.patient_import.uploads import faults_as_json
from domain.permissions import PlacePermission, demand

LEASE = timedelta(seconds=30)
TELLS_EVERY = 0.5
_claim = Prepared(
    "UPDATE patient_upload u SET state = 'Running', claim = $1, claimed_until = $2, done = 0 FROM practice c, account w"
    " WHERE c.id = u.practice AND w.id = u.account AND u.id = (SELECT id FROM patient_upload WHERE state = 'Waiting'"
    "  OR (state = 'Running' AND claimed_until < $3) ORDER BY uploaded_at LIMIT 1 FOR UPDATE SKIP LOCKED)"
    " RETURNING u.id, u.claim, u.file_name, u.content, u.account, w.name, c.slug"
)
_tell = Prepared(
    "UPDATE patient_upload SET done = $3, claimed_until = $4 WHERE id = $1 AND claim = $2 AND state = 'Running'"
)
_end = Prepared(
    "UPDATE patient_upload SET state = $3, done = $4, created = $5, updated = $6, unchanged = $7, refused = $8,"
    " faults = $9, ended_at = $10, content = '', claim = NULL, claimed_until = NULL"
    " WHERE id = $1 AND claim = $2 AND state = 'Running' RETURNING id"
)


class _Lost(Exception):
    """Another worker has taken it up meanwhile."""


@dataclass
class _Claimed:
    id: UUID
    claim: UUID
    file_name: str
    content: bytes
    account: UUID
    name: str
    slug: str
    done: int = 0

    def progress(self, done: int, _total: int) -> None:
        self.done = done

    async def at_end(self, outcome: Outcome) -> None:
        """Inside the import's transaction: the patients and this stand together."""
        tallies = (outcome.created, outcome.updated, outcome.unchanged, len(outcome.errors))
        written = await _end.rows(
            self.id, self.claim, "Done", self.done, *tallies, faults_as_json(outcome.errors), clock.now()
        )
        if not written:
            raise _Lost

    async def fail(self, words: str) -> None:
        """Nothing was brought in, and why."""
        await _end.rows(self.id, self.claim, "Failed", 0, 0, 0, 0, 0, json.dumps([[0, words]]), clock.now())


async def run_next() -> bool:
    """Brings in the file that waits longest. Whether there was one. Raises DatabaseGone, after which its lease runs
    out."""
    claim, now = new_id(), clock.now()
    try:
        row = await _claim.first(claim, now + LEASE, now)
    except asyncio.CancelledError:
        await _give_back(claim)  # the claim may stand already, though its answer was not waited for
        raise
    if row is None:
        return False
    claimed = _Claimed(**row)
    async with _told(claimed):
        try:
            place = await places.place(claimed.account, claimed.name, claimed.slug)
            demand(place, PlacePermission.IMPORT_PATIENTS)
            file = Uploaded(claimed.file_name, claimed.content)
            await import_patients(file, claimed.slug, claimed.progress, by=place, at_end=claimed.at_end)
        except _Lost:
            note("import lost", upload=str(claimed.id))
        except (NotFound, NotPermitted):
            await claimed.fail("You may no longer add patients here. Nothing was brought in")
        except Refused as refused:
            await claimed.fail(refused.words)
        except asyncio.CancelledError:
            await _give_back(claim)
            raise
        except DatabaseGone:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not be tried for ever
            note("import failed", upload=str(claimed.id), error=type(error).__name__)
            await claimed.fail("Something went wrong on our side. Nothing was brought in. Send the file again")
    return True


async def _give_back(claim: UUID) -> None:
    """For another worker, at once: this one stops."""
    await run("UPDATE patient_upload SET state = 'Waiting', claim = NULL WHERE claim = $1 AND state = 'Running'", claim)


@asynccontextmanager
async def _told(claimed: _Claimed) -> AsyncIterator[None]:
    """Within it the page sees how far it is, and the lease lasts: a task of its own has a connection outside the
    import's transaction."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(TELLS_EVERY)
            with suppress(DatabaseGone):
                await _tell.rows(claimed.id, claimed.claim, claimed.done, clock.now() + LEASE)

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
