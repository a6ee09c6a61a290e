"""A practice's bulk invitations, the newest first."""

from dataclasses import dataclass

from db.engine import Prepared
from domain.invitations.bulk.found import COLUMNS, OPEN, Bulk, bulk_of, opening
from domain.paging import PAGE, offset
from domain.places import Place


@dataclass(frozen=True)
class Listed:
    """One of them: how many were chosen, were sent theirs, wait, and failed."""

    bulk: Bulk
    many: int
    sent: int
    waiting: int
    failed: int


@dataclass(frozen=True)
class Listing:
    rows: tuple[Listed, ...]
    page: int
    more: bool


_listed = Prepared(
    f"SELECT listed.*, n.many, n.sent, n.waiting, n.failed FROM (SELECT {COLUMNS} WHERE {OPEN}"  # noqa: S608 - words of ours
    f"  ORDER BY b.created_at DESC, b.id LIMIT {PAGE + 1} OFFSET $5) AS listed"
    " CROSS JOIN LATERAL (SELECT count(*) AS many, count(*) FILTER (WHERE outcome = 'Sent') AS sent,"
    "  count(*) FILTER (WHERE outcome = 'Waiting') AS waiting, count(*) FILTER (WHERE outcome = 'Failed') AS failed"
    "  FROM bulk_invitation_patient WHERE bulk_invitation = listed.id) AS n ORDER BY listed.created_at DESC, listed.id"
)


async def every(place: Place, page: int = 1) -> Listing:
    """A page of those that the member may open. Raises NotPermitted, and NotFound for no page."""
    rows = await _listed.rows(*opening(place), offset(page))
    return Listing(tuple(_row(row) for row in rows[:PAGE]), page, len(rows) > PAGE)


def _row(row: dict[str, int]) -> Listed:
    many = {name: row.pop(name) for name in ("many", "sent", "waiting", "failed")}
    return Listed(bulk_of(row), **many)
