"""Words for the tests about updates."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from db.engine import run
from db.keys import patient_keys
from db.tables.patient_update import FieldState
from domain import details, updates
from domain.places import Place
from domain.portals import Visit
from domain.updates import Decision, Sent, Update
from tests.clinic import Clinic

APPROVED, REJECTED = FieldState.APPROVED, FieldState.REJECTED
ALIKE = {
    "first_name": "Mina", "last_name": "Park", "preferred_name": "", "phone": "0491 570 156",
    "email": "mina@example.com", "address": "8 Kent Street", "city": "Sydney", "postcode": "2000",
}  # fmt: skip
"""What a practice has of its patient, and the portal too after `agree`."""


async def change(visit: Visit, **news: Any) -> tuple[Sent, ...]:
    """Saves the portal's details with some of them new."""
    return await details.change(visit, replace(await details.read(visit), **news))


async def agree(visit: Visit) -> None:
    """The portal and all its practices' patients say the same, with nothing sent."""
    keys = patient_keys(ALIKE)
    columns = ", ".join(f"{name} = ${n}" for n, name in enumerate([*ALIKE, *keys], 2))
    await run(f"UPDATE patient SET {columns} WHERE portal = $1", visit.portal, *ALIKE.values(), *keys.values())
    same = {name: value for name, value in ALIKE.items() if name not in ("first_name", "last_name")}
    columns = ", ".join(f"{name} = ${n}" for n, name in enumerate(same, 2))
    await run(f"UPDATE portal SET name = 'Mina Park', {columns} WHERE id = $1", visit.portal, *same.values())


async def mode(clinic: Clinic, updates_mode: str) -> None:
    await run("UPDATE practice SET updates = $2 WHERE id = $1", clinic.practice, updates_mode)


async def row(patient: UUID) -> dict[str, Any]:
    return (await run("SELECT * FROM patient WHERE id = $1", patient))[0]


async def open_update(clinic: Clinic) -> UUID | None:
    """The one that waits at a practice, if any."""
    rows = await run("SELECT id FROM patient_update WHERE practice = $1 AND state = 'Waiting'", clinic.practice)
    return rows[0]["id"] if rows else None


async def lines(clinic: Clinic, state: str = "Waiting") -> dict[str, tuple[str, str]]:
    """Before and after by field, of a practice's updates in a state."""
    rows = await run(
        "SELECT f.field, f.before, f.after FROM patient_update u JOIN patient_update_field f ON f.patient_update = u.id"
        " WHERE u.practice = $1 AND u.state = $2 ORDER BY u.changed_at",
        clinic.practice,
        state,
    )
    return {one["field"]: (one["before"], one["after"]) for one in rows}


async def told_of(clinic: Clinic) -> list[UUID]:
    """The updates of which a notification waits."""
    rows = await run(
        "SELECT subject FROM notification WHERE practice = $1 AND kind = 'update-waiting' AND archived_at IS NULL",
        clinic.practice,
    )
    return [one["subject"] for one in rows]


def on(update: Update, *, reason: str = "", every: FieldState | None = None, **verdicts: FieldState) -> Decision:
    """A decision made on what somebody read."""
    return Decision(update.version, update.patient_version, verdicts, every, reason)


async def waiting_for(place: Place, clinic: Clinic) -> Update:
    """What a member reads of the update that waits."""
    found = await open_update(clinic)
    assert found is not None
    return await updates.one(place, found)
