"""Who of a practice reads which notes of a patient."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import Prepared
from domain import audit
from domain.errors import NotFound, NotPermitted
from domain.paging import PAGE, offset
from domain.patients.found import Found, find, reads
from domain.permissions import Area, PlacePermission, demand, may
from domain.places import Place

NEWEST = 10
"""Notes that stand on a profile."""


@dataclass(frozen=True)
class Note:
    """One note. `own`: this member wrote it."""

    id: UUID
    author: str
    own: bool
    words: str
    shared: bool
    version: int
    written_at: datetime
    shared_at: datetime | None


@dataclass(frozen=True)
class Notes:
    """Some of a patient's notes, the newest first, as far as a member reads them."""

    notes: tuple[Note, ...]
    page: int
    more: bool
    can_write: bool


# $4: whether the member reads those of others.
_SHOWN = (
    "SELECT n.id, w.name AS author, n.author = $3 AS own, n.words, n.shared, n.version, n.written_at, n.shared_at"
    " FROM note n JOIN member m ON m.id = n.author LEFT JOIN account w ON w.id = m.account"
    " WHERE n.patient = $1 AND n.practice = $2 AND (n.author = $3 OR $4::boolean)"
)
_page = Prepared(f"{_SHOWN} ORDER BY n.written_at DESC, n.id LIMIT $5 OFFSET $6")
_one = Prepared(f"{_SHOWN} AND n.id = $5")


async def of_patient(place: Place, patient: Found) -> Notes | None:
    """The newest notes of a found patient, for their profile; None where this member reads none.

    Writes 'notes:view'.
    """
    if not may(place, PlacePermission.READ_NOTES):
        return None
    found = await _read(place, patient, NEWEST, 0)
    if not reads(place, patient, Area.NOTES) and not found.notes:
        return None
    await record("notes:view", place, patient, patient.id)
    return found


async def read(place: Place, patient: UUID, page: int = 1) -> tuple[Found, Notes]:
    """Page `page` of a patient's notes. Writes 'notes:view'. The author of a note reads it for as long as they find the
    patient; the other practitioners who may read notes, while Note Sharing is on (S3.6).

    Raises NotFound and NotPermitted.
    """
    demand(place, PlacePermission.READ_NOTES)
    found = await find(place, patient)
    notes = await _read(place, found, PAGE, offset(page), page)
    if not reads(place, found, Area.NOTES) and not notes.notes:
        raise NotPermitted
    await record("notes:view", place, found, patient)
    return found, notes


async def _read(place: Place, patient: Found, at_most: int, skipped: int, page: int = 1) -> Notes:
    rows = await _page.rows(*_reading(place, patient), at_most + 1, skipped)
    return Notes(
        notes=tuple(_note(row) for row in rows[:at_most]),
        page=page,
        more=len(rows) > at_most,
        can_write=may(place, PlacePermission.WRITE_NOTES) and reads(place, patient, Area.NOTES),
    )


def _reading(place: Place, patient: Found) -> tuple[Any, ...]:
    others = place.practice.note_sharing and reads(place, patient, Area.NOTES)
    return patient.id, place.practice.id, place.member, others


def _note(row: Mapping[str, Any]) -> Note:
    return Note(**row)


async def one(place: Place, patient: UUID, note: UUID) -> tuple[Found, Note]:
    """One's own note, before it is shared. Raises NotFound for one that this member does not read, and NotPermitted for
    another's."""
    demand(place, PlacePermission.WRITE_NOTES)
    found = await find(place, patient)
    row = await _one.first(*_reading(place, found), note)
    if row is None:
        raise NotFound
    if not row["own"]:
        raise NotPermitted
    return found, _note(row)


async def record(kind: str, place: Place, patient: Found, subject: UUID) -> None:
    """One line of the trail, the portal's too."""
    await audit.record(kind, account=place.account, practice=place.practice.id, portal=patient.portal, subject=subject)
