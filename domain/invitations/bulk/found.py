"""One bulk invitation, as far as a member may open it. Every operation on one begins here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import Prepared, run
from domain.errors import NotFound, Refused
from domain.invitations.invitable import OFF
from domain.permissions import Area, PlacePermission, demand, reach
from domain.places import Place


@dataclass(frozen=True)
class Bulk:
    """Many patients invited at once. `message` is the practice's words with their terms; '' for none, and where names
    are hidden."""

    id: UUID
    sent_by: str
    message: str
    created_at: datetime
    held_until: datetime
    cancelled_at: datetime | None
    cancelled_by: str
    report: UUID | None
    """The report that they were chosen from, and its name, for who may open it."""
    report_name: str


COLUMNS = (
    "b.id, w.name AS sent_by, CASE WHEN $4::boolean THEN '' ELSE b.message END AS message, b.created_at, b.held_until,"
    " b.cancelled_at, coalesce(c.name, '') AS cancelled_by,"
    " r.id AS report, CASE WHEN r.name <> '' THEN r.name ELSE coalesce(r.type, '') END AS report_name"
    " FROM bulk_invitation b JOIN account w ON w.id = b.account LEFT JOIN account c ON c.id = b.cancelled_by"
    " LEFT JOIN report r ON r.id = b.report AND r.removed_at IS NULL AND (r.account = $2 OR r.shared)"
)
OPEN = "b.practice = $1 AND ($3::boolean OR b.account = $2)"
"""Which a member opens: their own, and everybody's where they read every profile."""
_find = Prepared(f"SELECT {COLUMNS} WHERE {OPEN} AND b.id = $5")


def opening(place: Place) -> tuple[Any, ...]:
    """The values $1 to $4 of COLUMNS and OPEN. Raises NotPermitted."""
    demand(place, PlacePermission.VIEW_INVITATIONS)
    return place.practice.id, place.account, reach(place, Area.PROFILES) == "all", place.hides_names


async def find(place: Place, bulk: UUID) -> Bulk:
    """Raises NotPermitted, and NotFound for one that is absent, another practice's, or somebody else's of whom this
    member does not read every profile."""
    row = await _find.first(*opening(place), bulk)
    if row is None:
        raise NotFound
    return bulk_of(row)


def bulk_of(row: Mapping[str, Any]) -> Bulk:
    """The bulk invitation that a row of COLUMNS is."""
    return Bulk(**row)


async def one_after_the_other(practice: UUID) -> None:
    """Whoever invites many at a practice waits here for whoever does so now, to the end of the caller's transaction,
    before any patient is held; as does whoever turns invitations off meanwhile. Raises Refused where that was done."""
    await run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"bulk-invitation:{practice}")
    [row] = await run("SELECT invitations FROM practice WHERE id = $1 FOR SHARE", practice)
    if not row["invitations"]:
        raise Refused(OFF)
