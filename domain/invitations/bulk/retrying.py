"""Try again: those whose invitation failed are invited once more."""

from uuid import UUID

from db.engine import run, transaction
from domain import audit, clock
from domain.invitations.bulk.found import find, one_after_the_other
from domain.invitations.bulk.message import wording
from domain.invitations.bulk.preview import demand_invites
from domain.invitations.bulk.weighing import weigh
from domain.invitations.bulk.writing import write
from domain.invitations.invitable import hold_all
from domain.permissions import Area
from domain.places import FOUND, Place, finding

_FAILED = (
    "SELECT f.patient, b.message FROM bulk_invitation_patient f JOIN bulk_invitation b ON b.id = f.bulk_invitation"  # noqa: S608 - words of ours
    " JOIN patient p ON p.id = f.patient"
    f" WHERE b.id = $5 AND b.practice = $1 AND f.outcome = 'Failed' AND {FOUND} ORDER BY f.patient"
)


async def retry(place: Place, bulk: UUID) -> int:
    """Weighs those who failed anew, of the patients whose profile the member reads (the others stay as they are), and
    invites whoever can be by now with the same words, without another hold. Tells how many; pressed twice, it is done
    once.

    Raises NotPermitted, NotFound, and Refused where invitations are off or a term has no value by now.
    """
    demand_invites(place)
    found = await find(place, bulk)
    async with transaction():
        await one_after_the_other(place.practice.id)
        failed = await run(_FAILED, *finding(place, Area.PROFILES), bulk)
        if not failed:
            return 0
        patients = [row["patient"] for row in failed]
        await hold_all(place.practice.id, patients)
        weighing = await weigh(place, patients)
        words = wording(place, failed[0]["message"], weighing.letters, "")
        many = await write(place, bulk, weighing, words, max(clock.now(), found.held_until))
        await audit.record("bulk-invitation:retry", account=place.account, practice=place.practice.id, subject=bulk)
    return many
