"""The patients that a member finds, a page at a time: searched, filtered and sorted by what an index carries.

However many patients there are, it is one statement. A search looks each of its words up in an index; a member who
finds their own alone begins at those.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import run
from domain.paging import PAGE, offset
from domain.patients.listing_query import MOST_COUNTED, ListingQuery
from domain.patients.question import PatientStatus, PortalState, Question
from domain.patients.search import matches
from domain.permissions import PlacePermission, demand, reach
from domain.places import Place


@dataclass(frozen=True)
class Listed:
    """One line. What the member does not read of this patient is None, contact '' where names are hidden."""

    id: UUID
    name: str
    phone: str
    email: str
    practitioner: str | None
    portal: PortalState | None
    status: PatientStatus | None
    next_at: datetime | None


@dataclass(frozen=True)
class Listing:
    """One page. `many` is how many there are in all, where that is cheap to know; 1,001 stands for more."""

    patients: tuple[Listed, ...]
    page: int
    more: bool
    many: int | None


async def read(place: Place, asked: Question) -> Listing:
    """One page of what a member finds. Names alone are no record, so no event is written.

    Raises NotPermitted, and NotFound for a page that cannot be.
    """
    demand(place, PlacePermission.VIEW_PATIENTS)
    skipped, found = offset(asked.page), matches(asked.q, codes_only=place.hides_names)
    if reach(place, asked.area) == "none" or found == ():
        return Listing((), asked.page, False, 0)
    query = ListingQuery(place, asked)
    rows = await run(query.sql(found, skipped), *query.values)
    many = min(rows[0]["many"], MOST_COUNTED + 1) if rows and rows[0]["many"] is not None else None
    return Listing(tuple(_listed(row) for row in rows[:PAGE]), asked.page, len(rows) > PAGE, many)


def _listed(row: Mapping[str, Any]) -> Listed:
    portal = PortalState(row["portal"]) if row["portal"] else None
    status = PatientStatus(row["status"]) if row["status"] else None
    return Listed(**{**{k: v for k, v in row.items() if k != "many"}, "portal": portal, "status": status})
