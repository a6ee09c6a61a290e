"""Which patients can be invited, and the one lock that everything about a patient's invitations takes first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from db.engine import Prepared, run
from domain import addresses, clock
from domain.errors import NotFound, Refused
from domain.invitations import staff
from domain.invitations.lapses import lapse
from domain.patients import holding

OFF = (
    "Patient Invitations are off at this practice. Somebody with Full Access turns them on in Settings > General >"
    " Patient Portal"
)
LINKED = "This patient has a portal already. A second parent asks its guardians for access: Account > Access"
STAFF = (
    "This email is linked to somebody who works at this practice, so no patient can be invited with it."
    " Type another address"
)
UNBORN = "Add their birth date first: it is asked when they accept"

_PATIENT = (
    "SELECT p.portal, p.deceased_on, p.active, p.birth_date, p.email, c.invitations"
    " FROM patient p JOIN practice c ON c.id = p.practice WHERE p.id = $1 AND p.practice = $2"
)
_look = Prepared(_PATIENT)
_hold = Prepared(f"{_PATIENT} FOR NO KEY UPDATE OF p")


async def look(practice: UUID, patient: UUID) -> dict[str, Any]:
    """A patient's portal, deceased_on, active, birth_date, email and whether the practice invites (invitations).
    Raises NotFound."""
    row = await _look.first(patient, practice)
    if row is None:
        raise NotFound
    return row


async def hold(practice: UUID, patient: UUID) -> dict[str, Any]:
    """The same, locked until the end of the caller's transaction, before any row of an invitation."""
    row = await _hold.first(patient, practice)
    if row is None:
        raise NotFound
    await lapse(patients=[patient])
    return row


async def hold_all(practice: UUID, patients: Sequence[UUID]) -> None:
    """Locks many patients as `hold` does one. Raises Refused as `holding.hold_all` does."""
    await holding.hold_all(practice, patients)
    await lapse(patients=patients)


def demand_invitable(patient: dict[str, Any]) -> None:
    """Raises Refused for a patient who cannot be invited now, with what to do."""
    if not patient["invitations"]:
        raise Refused(OFF)
    if patient["portal"] is not None:
        raise Refused(LINKED)
    if patient["deceased_on"] is not None:
        raise Refused("This patient has died, so there is nobody to invite")
    if not patient["active"]:
        raise Refused("This patient is inactive. Make them active in their details to invite them")
    if patient["birth_date"] is None:
        raise Refused(UNBORN)


async def demand_none_open(patient: UUID) -> None:
    """Raises Refused while an invitation waits: one at a time."""
    open_one = "SELECT FROM invitation WHERE patient = $1 AND state = 'Pending' AND expires_at > $2"
    if await run(open_one, patient, clock.now()):
        raise Refused("This patient has an invitation that is waiting for an answer. Send that one again, or cancel it")


async def demand_no_staff(practice: UUID, email: str) -> None:
    """Raises Refused, naming nobody, for an email of somebody who belongs to this practice (S4.3)."""
    if await staff.works_here(practice, addresses.email_key(email)):
        raise Refused(STAFF, "email")
