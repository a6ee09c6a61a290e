"""The guardians of a patient's portal, as the practice reads and confirms them (decision 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import Prepared, run, transaction
from db.tables.guardian_confirmation import ConfirmationState
from domain import audit, clock, confirmations, controllers
from domain.errors import Changed, NotFound
from domain.mail import MailKind, owe
from domain.patients.found import find
from domain.permissions import Area, PlacePermission, demand, may
from domain.places import FOUND, NAME, Place, finding

__all__ = ["ConfirmationState", "PatientGuardian", "WaitingGuardians", "decide", "guardians", "waiting_guardians"]

MOST_SHOWN = 50


@dataclass(frozen=True)
class PatientGuardian:
    """A Current guardian. `relationship` is what the patient is to them; `since` when their access began."""

    id: UUID
    name: str
    email: str
    relationship: str
    basis: str
    since: datetime
    state: ConfirmationState
    decided_at: datetime | None
    decided_by: str | None
    """None for one whom the practice confirmed by writing to them itself."""


@dataclass(frozen=True)
class WaitingGuardians:
    """A patient with guardians who wait for the practice's word."""

    patient: UUID
    name: str
    guardians: int


_GUARDIANS = (
    "SELECT c.id, w.name, w.email, a.relationship, a.basis, coalesce(a.decided_at, a.asked_at) AS since, c.state,"
    " c.decided_at, d.name AS decided_by FROM guardian_confirmation c JOIN access a ON a.id = c.access"
    " JOIN patient p ON p.id = c.patient AND p.portal = a.portal JOIN portal o ON o.id = p.portal AND o.owner IS NULL"
    " JOIN account w ON w.id = a.account LEFT JOIN account d ON d.id = c.decided_by"
    " WHERE c.patient = $1 AND c.practice = $2 AND a.status = 'Current' AND a.basis IS NOT NULL"
)
_guardians = Prepared(f"{_GUARDIANS} ORDER BY since, c.id LIMIT {MOST_SHOWN}")
_guardian = Prepared(f"{_GUARDIANS} AND c.id = $3")
_waiting = Prepared(
    f"SELECT p.id AS patient, {NAME} AS name, count(*)::int AS guardians FROM guardian_confirmation c"  # noqa: S608 - words of ours
    " JOIN access a ON a.id = c.access AND a.status = 'Current' JOIN patient p ON p.id = c.patient"
    " AND p.portal = a.portal JOIN portal o ON o.id = p.portal AND o.owner IS NULL"
    f" WHERE c.practice = $1 AND c.state = 'Waiting' AND {FOUND}"
    f" GROUP BY p.id ORDER BY min(c.asked_at), p.id LIMIT {MOST_SHOWN}"
)


async def guardians(place: Place, patient: UUID) -> tuple[PatientGuardian, ...]:
    """Every Current guardian of a patient's portal, the first first: none where the patient has a login of their own.

    Raises NotPermitted and NotFound.
    """
    demand(place, PlacePermission.CONFIRM_GUARDIANS)
    await find(place, patient, Area.PROFILES)
    return tuple(_guardian_of(row) for row in await _guardians.rows(patient, place.practice.id))


async def waiting_guardians(place: Place) -> tuple[WaitingGuardians, ...]:
    """The patients whose guardians wait, of those whom this member finds; the longest first, fifty at most. None for
    who may not confirm guardians."""
    if not may(place, PlacePermission.CONFIRM_GUARDIANS):
        return ()
    return tuple(
        WaitingGuardians(**row) for row in await _waiting.rows(*finding(place, Area.PROFILES), place.hides_names)
    )


async def decide(
    place: Place, patient: UUID, guardian: UUID, state: ConfirmationState, drawn: ConfirmationState
) -> PatientGuardian:
    """Confirms a guardian or does not, and gives the row as it is then. `drawn` is how it stood on the page. A guardian
    who is confirmed is mailed.

    Raises NotPermitted, NotFound, and Changed when somebody else decided meanwhile.
    """
    demand(place, PlacePermission.CONFIRM_GUARDIANS)
    found = await find(place, patient, Area.PROFILES)
    if found.portal is None or state is ConfirmationState.WAITING:
        raise NotFound
    async with transaction():
        await controllers.hold(found.portal)
        row = await _guardian.first(patient, place.practice.id, guardian)
        if row is None:
            raise NotFound
        if not await _write(place, guardian, state, drawn):
            return await _as_it_is(place, patient, guardian, state)
        if state is ConfirmationState.CONFIRMED:
            await owe(MailKind.PRACTICE_LINKED, patient, row["email"], once=str(guardian))
        await confirmations.settle_if_none_waits(found.portal, patient=patient, by=place.account)
        kind = "guardian:confirm" if state is ConfirmationState.CONFIRMED else "guardian:refuse"
        await audit.record(
            kind, account=place.account, practice=place.practice.id, portal=found.portal, subject=guardian
        )
    return await _as_it_is(place, patient, guardian, state)


async def _write(place: Place, guardian: UUID, state: ConfirmationState, drawn: ConfirmationState) -> bool:
    changed = await run(
        "UPDATE guardian_confirmation SET state = $4, decided_at = $5, decided_by = $6"
        " WHERE id = $1 AND practice = $2 AND state = $3 AND state <> $4 RETURNING id",
        guardian,
        place.practice.id,
        drawn.value,
        state.value,
        clock.now(),
        place.account,
    )
    return bool(changed)


async def _as_it_is(place: Place, patient: UUID, guardian: UUID, state: ConfirmationState) -> PatientGuardian:
    row = await _guardian.first(patient, place.practice.id, guardian)
    if row is None:
        raise NotFound
    if row["state"] != state:
        raise Changed
    return _guardian_of(row)


def _guardian_of(row: Mapping[str, Any]) -> PatientGuardian:
    return PatientGuardian(**{**row, "state": ConfirmationState(row["state"])})
