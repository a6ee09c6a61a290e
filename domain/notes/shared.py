"""The notes that practitioners share with a patient, as they stand in the portal. Note Sharing has no say here."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.engine import Prepared
from domain import audit
from domain.paging import PAGE, offset
from domain.permissions import Permission, demand
from domain.portals import Visit

NEWEST = 10
"""Notes that stand among the records."""


@dataclass(frozen=True)
class SharedNote:
    """One note, with who wrote it where. The time is read in the practice's `timezone`."""

    id: UUID
    words: str
    author: str
    practice: str
    timezone: str
    written_at: datetime


@dataclass(frozen=True)
class SharedNotes:
    """One page of them, the newest first."""

    notes: tuple[SharedNote, ...]
    page: int
    more: bool


_page = Prepared(
    "SELECT n.id, n.words, coalesce(w.name, '') AS author, c.name AS practice, c.timezone, n.written_at FROM note n"
    " JOIN practice c ON c.id = n.practice JOIN member m ON m.id = n.author LEFT JOIN account w ON w.id = m.account"
    " WHERE n.patient = ANY ($1) AND n.shared ORDER BY n.written_at DESC, n.id LIMIT $2 OFFSET $3"
)


async def newest(visit: Visit) -> SharedNotes:
    """The newest, for the page of records. Raises NotPermitted."""
    return await _read(visit, NEWEST, 1)


async def read(visit: Visit, page: int = 1) -> SharedNotes:
    """Page `page` of them. Raises NotPermitted, and NotFound for a page that cannot be."""
    return await _read(visit, PAGE, page)


async def _read(visit: Visit, at_most: int, page: int) -> SharedNotes:
    """Writes 'notes:view'."""
    demand(visit, Permission.VIEW_RECORDS)
    rows = await _page.rows(visit.patients, at_most + 1, offset(page))
    await audit.record("notes:view", account=visit.account, portal=visit.portal, access=visit.access)
    return SharedNotes(tuple(SharedNote(**row) for row in rows[:at_most]), page, len(rows) > at_most)
