"""The health records of a portal: its own entries, and those of every practice's patient that is linked to it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from db.engine import Prepared, run, transaction
from db.ids import new_id
from db.tables.record_entry import RecordKind
from domain import audit, clock, days
from domain.errors import NotFound, Refused
from domain.permissions import Permission, demand
from domain.portals import Visit

__all__ = ["Entry", "NewEntry", "RecordKind", "add", "faults", "one", "read", "remove"]

OWN_AT_MOST = 500
LONGEST = {"name": 200, "detail": 2000, "value": 40, "unit": 40}
NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]{1,9})?( ?/ ?[0-9]{1,9})?")


@dataclass(frozen=True)
class Entry:
    """One line of a record. `value` and `unit` are a measurement's."""

    id: UUID
    kind: RecordKind
    name: str
    detail: str
    value: str
    unit: str
    happened_on: date | None
    ended_on: date | None
    own: bool
    """The portal's own, so it can be removed here; else a practice's."""
    origin: str
    """Where it comes from: a practice's name, or "Added by you", "Added by Jun Park", "Added in this portal"."""


@dataclass(frozen=True)
class NewEntry:
    """What somebody types. `happened_on` may stay empty; without a kind it is not yet sound."""

    kind: RecordKind | None
    name: str
    detail: str = ""
    value: str = ""
    unit: str = ""
    happened_on: date | None = None


_SHOWN = (
    "SELECT e.id, e.kind, e.name, e.detail, e.value, e.unit, e.happened_on, e.ended_on, e.portal IS NOT NULL AS own,"
    " e.added_by, o.owner, c.name AS practice, who.name AS adder"
    " FROM record_entry e LEFT JOIN portal o ON o.id = e.portal LEFT JOIN account who ON who.id = e.added_by"
    " LEFT JOIN patient p ON p.id = e.patient LEFT JOIN practice c ON c.id = p.practice"
    " WHERE e.removed_at IS NULL"
    " AND (e.portal = $1 OR e.patient = ANY ($2))"
)
_read = Prepared(f"{_SHOWN} ORDER BY e.happened_on DESC NULLS LAST, e.name, e.id")
_one = Prepared(f"{_SHOWN} AND e.id = $3")


async def read(visit: Visit) -> dict[RecordKind, tuple[Entry, ...]]:
    """Every entry by its kind, the newest first; each kind is there, if with nothing. Raises NotPermitted."""
    demand(visit, Permission.VIEW_RECORDS)
    entries = [_entry(visit, row) for row in await _read.rows(visit.portal, visit.patients)]
    await audit.record("records:view", account=visit.account, portal=visit.portal, access=visit.access)
    return {kind: tuple(entry for entry in entries if entry.kind is kind) for kind in RecordKind}


async def one(visit: Visit, entry: UUID) -> Entry:
    """One entry. Raises NotPermitted, and NotFound for what is not in this portal or was removed."""
    demand(visit, Permission.VIEW_RECORDS)
    row = await _one.first(visit.portal, visit.patients, entry)
    if row is None:
        raise NotFound
    await _record(visit, "records:view", entry)
    return _entry(visit, row)


def _entry(visit: Visit, row: Mapping[str, Any]) -> Entry:
    shown = {field: row[field] for field in ("id", "name", "detail", "value", "unit", "happened_on", "ended_on", "own")}
    return Entry(**shown, kind=RecordKind(row["kind"]), origin=row["practice"] or _added_by(visit, row))


def _added_by(visit: Visit, row: Mapping[str, Any]) -> str:
    # Who else has access is the controllers' to know (decision 4), so others read no name but the owner's.
    if row["added_by"] == visit.account:
        return "Added by you"
    if row["adder"] and (visit.controls or row["added_by"] == row["owner"]):
        return f"Added by {row['adder']}"
    return "Added in this portal"


def faults(new: NewEntry) -> list[Refused]:
    """Everything wrong with what was typed, each at its field."""
    found = [
        Refused(f"Use at most {longest:,} characters", field)
        for field, longest in LONGEST.items()
        if len(getattr(new, field)) > longest
    ]
    if not new.name.strip():
        found.append(Refused("Type what it is", "name"))
    if words := days.wrong_with(new.happened_on):
        found.append(Refused(words, "happened_on"))
    if new.kind is None:
        return [Refused("Choose what kind of entry it is", "kind"), *found]
    if new.kind is not RecordKind.MEASUREMENT:
        words = "Only a measurement has this. Choose Measurement, or put it under details"
        return found + [Refused(words, field) for field in ("value", "unit") if getattr(new, field)]
    if not NUMBER.fullmatch(new.value):
        found.append(Refused("Type a number, such as 72.5 or 120/80", "value"))
    if not new.unit.strip():
        found.append(Refused("Type the unit, such as kg", "unit"))
    return found


async def add(visit: Visit, new: NewEntry) -> UUID:
    """Adds an entry of the portal's own, and gives its id. Raises NotPermitted, and Refused for the first of `faults`
    or where there are 500 of them."""
    demand(visit, Permission.ADD_RECORDS)
    for fault in faults(new):
        raise fault
    assert new.kind is not None
    async with transaction():
        entry = new_id()
        added = await run(
            "INSERT INTO record_entry (id, portal, kind, name, detail, value, unit, happened_on, added_by, added_at)"
            " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 WHERE (SELECT count(*) FROM record_entry"
            "  WHERE portal = $2 AND removed_at IS NULL) < $11 RETURNING id",
            entry,
            visit.portal,
            new.kind.value,
            new.name,
            new.detail,
            new.value,
            new.unit,
            new.happened_on,
            visit.account,
            clock.now(),
            OWN_AT_MOST,
        )
        if not added:
            raise Refused(f"There are {OWN_AT_MOST} entries of your own here. Remove one to add another")
        await _record(visit, "record:add", entry)
    return entry


async def remove(visit: Visit, entry: UUID) -> RecordKind:
    """Takes one of the portal's own entries out of sight; once more changes nothing. Gives its kind.

    Raises NotPermitted, NotFound for what is not in this portal, and Refused for what a practice keeps.
    """
    demand(visit, Permission.REMOVE_RECORDS)
    async with transaction():
        removed = await run(
            "UPDATE record_entry SET removed_at = $3, removed_by = $4"
            " WHERE id = $1 AND portal = $2 AND removed_at IS NULL RETURNING kind",
            entry,
            visit.portal,
            clock.now(),
            visit.account,
        )
        if removed:
            await _record(visit, "record:remove", entry)
            return RecordKind(removed[0]["kind"])
        return await _removed_before(visit, entry)


async def _removed_before(visit: Visit, entry: UUID) -> RecordKind:
    found = await run(
        "SELECT c.name, e.kind FROM record_entry e LEFT JOIN patient p ON p.id = e.patient LEFT JOIN practice c"
        " ON c.id = p.practice WHERE e.id = $1 AND (e.portal = $2 OR (p.id = ANY ($3) AND e.removed_at IS NULL))",
        entry,
        visit.portal,
        visit.patients,
    )
    if not found:
        raise NotFound
    if found[0]["name"]:
        raise Refused(f"This comes from {found[0]['name']}. Only they can change it, so ask them")
    return RecordKind(found[0]["kind"])


async def _record(visit: Visit, kind: str, entry: UUID) -> None:
    await audit.record(kind, account=visit.account, portal=visit.portal, access=visit.access, subject=entry)
