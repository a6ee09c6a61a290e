"""Which patients can be invited, and the one lock that everything about a patient's invitations takes first."""

from typing import Any
from uuid import UUID

from db.engine import run
from domain import addresses
from domain.errors import NotFound, Refused
from domain.invitations import staff
from domain.invitations.lapses import lapse

OFF = (
    "Patient Invitations are off at this practice. Somebody with Full Access turns them on in Settings > General >"
    " Patient Portal"
)
STAFF = (
    "This email is linked to somebody who works at this practice, so no patient can be invited with it."
    " Type another address"
)


async def hold(practice: UUID, patient: UUID) -> dict[str, Any]:
    """A patient's portal, deceased_on, birth_date and whether the practice invites (invitations), locked until the end
    of the caller's transaction, before any row of an invitation. Raises NotFound."""
    rows = await run(
        "SELECT p.portal, p.deceased_on, p.birth_date, c.invitations"
        " FROM patient p JOIN practice c ON c.id = p.practice WHERE p.id = $1 AND p.practice = $2"
        " FOR NO KEY UPDATE OF p",
        patient,
        practice,
    )
    if not rows:
        raise NotFound
    await lapse(patient=patient)
    return rows[0]


def demand_invitable(patient: dict[str, Any]) -> None:
    """Raises Refused for a patient who cannot be invited now, with what to do."""
    if not patient["invitations"]:
        raise Refused(OFF)
    if patient["portal"] is not None:
        raise Refused("This patient has a portal already, and it is linked to this practice")
    if patient["deceased_on"] is not None:
        raise Refused("This patient has died, so there is nobody to invite")
    if patient["birth_date"] is None:
        raise Refused("Add their birth date first: it is asked when they accept")


async def demand_no_staff(practice: UUID, email: str) -> None:
    """Raises Refused, naming nobody, for an email of somebody who belongs to this practice (S4.3)."""
    if await staff.works_here(practice, addresses.email_key(email)):
        raise Refused(STAFF, "email")
