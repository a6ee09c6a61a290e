"""The updates that wait for a practice's yes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import Prepared
from domain.paging import PAGE, offset
from domain.permissions import Area, PlacePermission, demand, may
from domain.places import FOUND, NAME, Place, finding
from domain.updates import fields


@dataclass(frozen=True)
class WaitingUpdate:
    """An update that waits: whose, and which details, without their words."""

    id: UUID
    patient: UUID
    patient_name: str
    changed_at: datetime
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Updates:
    """One page of those that wait, the newest first."""

    waiting: tuple[WaitingUpdate, ...]
    page: int
    more: bool


_waiting = Prepared(
    f"SELECT u.id, u.patient, {NAME} AS patient_name, u.changed_at, array(SELECT f.field"  # noqa: S608 - words of ours
    " FROM patient_update_field f WHERE f.patient_update = u.id AND f.state = 'Waiting') AS fields"
    " FROM patient_update u JOIN patient p ON p.id = u.patient"
    f" WHERE u.practice = $1 AND u.state = 'Waiting' AND {FOUND} ORDER BY u.changed_at DESC, u.id LIMIT $6 OFFSET $7"
)


async def read(place: Place, page: int = 1) -> Updates:
    """Page `page` of the updates that wait and this member may decide on. Raises NotPermitted, and NotFound for a page
    that cannot be."""
    demand(place, PlacePermission.DECIDE_UPDATES)
    found = await _rows(place, PAGE + 1, offset(page))
    return Updates(found[:PAGE], page, len(found) > PAGE)


async def waiting(place: Place, at_most: int) -> tuple[WaitingUpdate, ...]:
    """The newest that wait, for the practice's home. None where the member decides on none."""
    return await _rows(place, at_most, 0) if may(place, PlacePermission.DECIDE_UPDATES) else ()


async def _rows(place: Place, at_most: int, skipped: int) -> tuple[WaitingUpdate, ...]:
    rows = await _waiting.rows(*finding(place, Area.PROFILES), place.hides_names, at_most, skipped)
    return tuple(_one(row) for row in rows)


def _one(row: Mapping[str, Any]) -> WaitingUpdate:
    labels = tuple(label for field, label in fields.LABELS.items() if field in row["fields"])
    return WaitingUpdate(row["id"], row["patient"], row["patient_name"], row["changed_at"], labels)
