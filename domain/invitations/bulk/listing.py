"""A practice's bulk invitations, the newest first."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from db.engine import Prepared
from domain import clock
from domain.invitations.bulk.found import COLUMNS, OPEN, Bulk, bulk_of, opening
from domain.paging import PAGE, offset
from domain.permissions import PlacePermission, may
from domain.places import Place

LATELY, MOST_LATELY = timedelta(days=7), 3
JUST_NOW = timedelta(hours=1)


@dataclass(frozen=True)
class Listed:
    """One of them: how many were chosen, were sent theirs, wait, failed, and were cancelled."""

    bulk: Bulk
    many: int
    sent: int
    waiting: int
    failed: int
    cancelled: int


@dataclass(frozen=True)
class Listing:
    rows: tuple[Listed, ...]
    page: int
    more: bool


_LISTED = (
    "SELECT listed.*, n.many, n.sent, n.waiting, n.failed, n.cancelled FROM ({}) AS listed"
    " CROSS JOIN LATERAL (SELECT count(*) AS many, count(*) FILTER (WHERE outcome = 'Sent') AS sent,"
    "  count(*) FILTER (WHERE outcome = 'Waiting') AS waiting, count(*) FILTER (WHERE outcome = 'Failed') AS failed,"
    "  count(*) FILTER (WHERE outcome = 'Cancelled') AS cancelled"
    "  FROM bulk_invitation_patient WHERE bulk_invitation = listed.id) AS n ORDER BY listed.created_at DESC, listed.id"
)
_OPENED = f"SELECT {COLUMNS} WHERE {OPEN}"
_NEWEST_FIRST = "ORDER BY b.created_at DESC, b.id"
_listed = Prepared(_LISTED.format(f"{_OPENED} {_NEWEST_FIRST} LIMIT {PAGE + 1} OFFSET $5"))
_lately = Prepared(_LISTED.format(f"{_OPENED} AND b.created_at > $5 {_NEWEST_FIRST} LIMIT {MOST_LATELY}"))
_last = Prepared(f"{_OPENED} AND b.account = $2 AND b.report = $5 AND b.created_at > $6 {_NEWEST_FIRST} LIMIT 1")


async def every(place: Place, page: int = 1) -> Listing:
    """A page of those that the member may open. Raises NotPermitted, and NotFound for no page."""
    rows = await _listed.rows(*opening(place), offset(page))
    return Listing(tuple(_row(row) for row in rows[:PAGE]), page, len(rows) > PAGE)


async def lately(place: Place) -> tuple[Listed, ...]:
    """Those of the last days that the member may open, a few; none for who may not see invitations."""
    if not may(place, PlacePermission.VIEW_INVITATIONS):
        return ()
    rows = await _lately.rows(*opening(place), clock.now() - LATELY)
    return tuple(_row(row) for row in rows)


async def just_made(place: Place, report: UUID) -> Bulk | None:
    """The member's own last one from a report, if they made it within the hour. Raises NotPermitted."""
    row = await _last.first(*opening(place), report, clock.now() - JUST_NOW)
    return bulk_of(row) if row else None


def _row(row: dict[str, int]) -> Listed:
    many = {name: row.pop(name) for name in ("many", "sent", "waiting", "failed", "cancelled")}
    return Listed(bulk_of(row), **many)
