"""The notifications of a practice as one member reads and archives them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import Prepared, run, transaction
from domain import audit, clock
from domain.errors import NotFound
from domain.notifications import READABLE, NotificationKind, reading
from domain.paging import PAGE, offset
from domain.permissions import PlacePermission, demand
from domain.places import Place, name_shown


@dataclass(frozen=True)
class Notification:
    """One of them. `about` is the patient, as this member may read their name, or the member of the practice."""

    id: UUID
    kind: NotificationKind
    about: str
    patient: UUID | None
    subject: UUID
    created_at: datetime
    archived_at: datetime | None
    archived_by: str
    """'' where nobody of the practice did: what it told of is dealt with."""


@dataclass(frozen=True)
class Notifications:
    """One page of them, the newest first."""

    shown: tuple[Notification, ...]
    page: int
    more: bool


_LISTED = (
    "SELECT n.id, n.kind, n.patient, n.subject, n.created_at, n.archived_at, coalesce(b.name, '') AS archived_by,"  # noqa: S608 - words of ours
    f" coalesce({name_shown(7)}, a.name, m.name, '') AS about"
    " FROM notification n LEFT JOIN patient p ON p.id = n.patient LEFT JOIN member m ON m.id = n.member"
    " LEFT JOIN account a ON a.id = m.account LEFT JOIN account b ON b.id = n.archived_by"
    f" WHERE {READABLE}"
)
_PAGED = "ORDER BY n.created_at DESC, n.id LIMIT $8 OFFSET $9"
_open = Prepared(f"{_LISTED} AND n.archived_at IS NULL {_PAGED}")
_archived = Prepared(f"{_LISTED} AND n.archived_at IS NOT NULL {_PAGED}")


async def read(place: Place, page: int = 1, *, archived: bool = False) -> Notifications:
    """Page `page` of those that wait, or of the archived ones. Raises NotPermitted, and NotFound for a page that
    cannot be."""
    return await _read(place, _archived if archived else _open, page, PAGE)


async def newest(place: Place, at_most: int) -> Notifications:
    """The newest that wait, for the practice's home."""
    return await _read(place, _open, 1, at_most)


async def _read(place: Place, query: Prepared, page: int, at_most: int) -> Notifications:
    demand(place, PlacePermission.VIEW_NOTIFICATIONS)
    rows = await query.rows(*reading(place), place.hides_names, at_most + 1, offset(page))
    return Notifications(tuple(_notification(row) for row in rows[:at_most]), page, len(rows) > at_most)


def _notification(row: dict[str, Any]) -> Notification:
    return Notification(**{**row, "kind": NotificationKind(row["kind"])})


async def archive(place: Place, *ids: UUID) -> int:
    """Archives notifications for everybody of the practice; what is archived stays so. Tells how many were not.

    Raises NotPermitted, and NotFound where this member reads none of them.
    """
    demand(place, PlacePermission.ARCHIVE_NOTIFICATIONS)
    async with transaction():
        rows = await run(
            "WITH mine AS (SELECT n.id, n.archived_at FROM notification n WHERE n.id = ANY ($7::uuid[])"  # noqa: S608 - words of ours
            f" AND {READABLE} ORDER BY n.id FOR UPDATE), done AS (UPDATE notification t SET archived_at = $8,"
            " archived_by = $9 FROM mine WHERE t.id = mine.id AND t.archived_at IS NULL RETURNING t.id)"
            " SELECT mine.id, done.id IS NOT NULL AS now FROM mine LEFT JOIN done ON done.id = mine.id",
            *reading(place),
            list(ids),
            clock.now(),
            place.account,
        )
        if not rows:
            raise NotFound
        archived = [row["id"] for row in rows if row["now"]]
        for row in archived:
            await audit.record("notification:archive", account=place.account, practice=place.practice.id, subject=row)
    return len(archived)
