"""One report of a practice, as far as a member may open it. Every operation on a report begins here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import Prepared
from domain.errors import NotFound
from domain.permissions import PlacePermission, demand
from domain.places import Place


@dataclass(frozen=True)
class Report:
    """A report. Without a name it has not been saved, and is only its maker's. `filters` is what its type's form said,
    by field; `version` rises with every change of them."""

    id: UUID
    type: str
    name: str
    filters: Mapping[str, str]
    shared: bool
    version: int
    changed_at: datetime
    mine: bool
    made_by: str


COLUMNS = (
    "r.id, r.type, r.name, r.filters, r.shared, r.version, r.changed_at, r.account = $2 AS mine, w.name AS made_by"
    " FROM report r JOIN account w ON w.id = r.account"
)
OPEN = "r.practice = $1 AND r.removed_at IS NULL AND (r.account = $2 OR r.shared)"
"""Which reports an account $2 may open in a practice $1: its own, and those that somebody shares."""
_find = Prepared(f"SELECT {COLUMNS} WHERE {OPEN} AND r.id = $3")


async def find(place: Place, report: UUID) -> Report:
    """A report that the member may open. Raises NotPermitted, and NotFound for one that is absent, removed, another
    practice's, or somebody else's and not shared."""
    demand(place, PlacePermission.VIEW_REPORTS)
    row = await _find.first(place.practice.id, place.account, report)
    if row is None:
        raise NotFound
    return report_of(row)


def report_of(row: Mapping[str, Any]) -> Report:
    """The report that a row of COLUMNS is."""
    return Report(**{**row, "filters": json.loads(row["filters"])})
