"""What a portal is told of its updates: which practices take changes, what waits there, and what was not taken over."""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from db.engine import Prepared
from db.tables.patient_update import FieldState
from db.tables.practice import UpdateMode
from domain.permissions import Permission, demand
from domain.portals import Visit
from domain.updates import fields

if TYPE_CHECKING:
    from domain.details import Details


@dataclass(frozen=True)
class Refusal:
    """Details that a practice did not take over, and why, if it says so."""

    labels: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Told:
    """One practice, as the portal's Profile page speaks of it."""

    practice: str
    mode: UpdateMode
    waiting: tuple[str, ...]
    refusals: tuple[Refusal, ...]


_practices = Prepared(
    "SELECT p.id, c.name, c.updates FROM patient p JOIN practice c ON c.id = p.practice"
    " WHERE p.id = ANY ($1) AND p.portal = $2 ORDER BY c.name, p.id"
)
_last_lines = Prepared(
    "SELECT DISTINCT ON (u.patient, f.field) u.patient, f.field, f.after, f.state, f.reason"
    " FROM patient_update u JOIN patient_update_field f ON f.patient_update = u.id"
    " WHERE u.patient = ANY ($1) AND u.portal = $2 ORDER BY u.patient, f.field, f.changed_at DESC, f.id"
)


async def told(visit: Visit, details: "Details") -> tuple[Told, ...]:
    """Every practice that shows itself to this visitor, by name. `details` are the portal's as they are: what was
    rejected and has been changed since is not spoken of. Raises NotPermitted."""
    demand(visit, Permission.VIEW_DETAILS)
    practices = await _practices.rows(visit.patients, visit.portal)
    lines = await _last_lines.rows(visit.patients, visit.portal)
    now = fields.of_details(details)
    return tuple(_told(practice, [x for x in lines if x["patient"] == practice["id"]], now) for practice in practices)


def _told(practice: dict[str, Any], lines: list[dict[str, Any]], now: dict[str, str]) -> Told:
    lines = sorted(lines, key=lambda line: fields.FIELDS.index(line["field"]))
    waiting = [line for line in lines if line["state"] == FieldState.WAITING]
    refused = [line for line in lines if line["state"] == FieldState.REJECTED and line["after"] == now[line["field"]]]
    by_reason = groupby(sorted(refused, key=lambda line: str(line["reason"])), lambda line: str(line["reason"]))
    return Told(
        practice=practice["name"],
        mode=UpdateMode(practice["updates"]),
        waiting=_labels(waiting),
        refusals=tuple(Refusal(_labels(list(some)), reason) for reason, some in by_reason),
    )


def _labels(lines: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(fields.LABELS[line["field"]] for line in lines)
