"""Taking invitations back, also while Patient Invitations are off (decision 23)."""

from uuid import UUID

from db.engine import Prepared, run, transaction
from domain import audit, clock
from domain.errors import Refused
from domain.invitations.bulk import one_of_many
from domain.invitations.resending import patient_of
from domain.patients.found import find
from domain.permissions import Area, PlacePermission, demand
from domain.places import FOUND, Place, finding

_waiting = Prepared(
    "SELECT count(*) AS many FROM invitation i JOIN patient p ON p.id = i.patient WHERE i.practice = $1"  # noqa: S608 - words of ours
    f" AND i.state = 'Pending' AND i.expires_at > $5 AND {FOUND}"
)
# Many are locked in the order of their ids, as a family's answer does: the two never wait for each other.
_CANCEL_HELD = (
    "UPDATE invitation i SET state = 'Cancelled', cancelled_at = $2, link_version = link_version + 1"
    " FROM held WHERE i.id = held.id AND i.state = 'Pending' RETURNING i.id"
)


async def cancel(place: Place, invitation: UUID) -> None:
    """Takes back an invitation that nobody has answered: its link opens nothing any more. One that is cancelled stays
    so. Raises NotPermitted, NotFound, and Refused for one that is over."""
    demand(place, PlacePermission.INVITE)
    await find(place, await patient_of(place, invitation), Area.PROFILES)
    async with transaction():
        cancelled = await run(
            "UPDATE invitation SET state = 'Cancelled', cancelled_at = $3, link_version = link_version + 1"
            " WHERE id = $1 AND practice = $2 AND state = 'Pending' RETURNING id",
            invitation,
            place.practice.id,
            clock.now(),
        )
        if cancelled:
            await one_of_many.called_off([invitation])
            await audit.record(
                "invitation:cancel", account=place.account, practice=place.practice.id, subject=invitation
            )
            return
    [row] = await run("SELECT state FROM invitation WHERE id = $1 AND practice = $2", invitation, place.practice.id)
    if row["state"] != "Cancelled":
        raise Refused("This invitation is over, so there is nothing to cancel")


async def cancel_for_the_dead(practice: UUID, by: UUID | None) -> None:
    """Takes back the invitations of a practice's patients of whom it was just written down that they have died, in the
    caller's transaction. `by` is the account that wrote it down; None for the platform's administrators."""
    cancelled = await run(
        "WITH held AS MATERIALIZED (SELECT i.id FROM invitation i JOIN patient p ON p.id = i.patient"  # noqa: S608 - words of ours
        "  WHERE p.deceased_on IS NOT NULL AND i.practice = $1 AND i.state = 'Pending' ORDER BY i.id FOR UPDATE OF i)"
        f" {_CANCEL_HELD}",
        practice,
        clock.now(),
    )
    await one_of_many.called_off([row["id"] for row in cancelled])
    for row in cancelled:
        await audit.record("invitation:cancel", account=by, practice=practice, subject=row["id"])


async def waiting(place: Place) -> int:
    """How many invitations of patients whose profile this member reads wait for an answer. Raises NotPermitted."""
    demand(place, PlacePermission.VIEW_INVITATIONS)
    row = await _waiting.first(*finding(place, Area.PROFILES), clock.now())
    return int(row["many"]) if row else 0


async def cancel_all(place: Place) -> int:
    """Takes back every invitation that waits, of the patients whose profile this member reads. Tells how many there
    were. Raises NotPermitted.
    """
    demand(place, PlacePermission.INVITE)
    async with transaction():
        cancelled = await run(
            "WITH held AS MATERIALIZED (SELECT i.id FROM invitation i JOIN patient p ON p.id = i.patient"  # noqa: S608 - words of ours
            f"  WHERE i.practice = $1 AND i.state = 'Pending' AND i.expires_at > $5 AND {FOUND} ORDER BY i.id"
            f"  FOR UPDATE OF i) {_CANCEL_HELD.replace('$2', '$5')}",
            *finding(place, Area.PROFILES),
            clock.now(),
        )
        ids = [row["id"] for row in cancelled]
        await one_of_many.called_off(ids)
        await audit.record_many("invitation:cancel", ids, account=place.account, practice=place.practice.id)
    return len(cancelled)
