"""Ending the link of a practice's patient to a portal: the wrong person accepted, or the patient wants it no longer."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from db.engine import run, transaction
from db.ids import new_id
from domain import audit, controllers, notifications
from domain.errors import Changed, Refused
from domain.mail import MailKind, owe
from domain.notifications import NotificationKind
from domain.patients.found import Found, find
from domain.permissions import Area, PlacePermission, demand
from domain.places import Place
from domain.updates import closing


@dataclass(frozen=True)
class Linked:
    """A patient who has a portal. `mark` tells that portal from another, and no practice's from another practice's."""

    patient: Found
    mark: UUID


async def linked(place: Place, patient: UUID) -> Linked:
    """What the form is drawn from. Raises NotPermitted, NotFound, and Refused for a patient without a portal."""
    demand(place, PlacePermission.UNLINK)
    found = await find(place, patient, Area.PROFILES)
    if found.portal is None:
        raise Refused("This patient is linked to no portal, so there is nothing to unlink")
    return Linked(found, _mark(patient, found.portal))


def _mark(patient: UUID, portal: UUID) -> UUID:
    return uuid5(patient, portal.hex)


async def unlink(place: Place, patient: UUID, mark: UUID) -> None:
    """Unlinks a patient from the portal that the form was drawn for: it shows nothing of this practice any more, what
    it sent and was not decided about is forgotten, and the patient can be invited again. The portal stays its person's,
    who is told. Done already, it does nothing.

    Raises NotPermitted, NotFound, and Changed when the patient is linked to another portal by now.
    """
    demand(place, PlacePermission.UNLINK)
    found = await find(place, patient, Area.PROFILES)
    if found.portal is None:
        return
    if mark != _mark(patient, found.portal):
        raise Changed
    async with transaction():
        # The portal before its updates and its patients, as whoever changes details in it takes them.
        await controllers.hold(found.portal)
        told = await _told(found)
        await closing.forget(patient, found.portal, place.account)
        unlinked = await run(
            "UPDATE patient SET portal = NULL WHERE id = $1 AND practice = $2 AND portal = $3 RETURNING id",
            patient,
            place.practice.id,
            found.portal,
        )
        if unlinked:
            await _finish(place, found.id, found.portal, told)


async def _told(found: Found) -> list[str]:
    """The emails of the portal's owner or, while it has none, of the guardians who know of the link: those whom the
    practice has confirmed, and whoever accepted its invitation."""
    rows = await run(
        "SELECT w.email FROM portal p JOIN account w ON w.id = p.owner WHERE p.id = $1 UNION SELECT w.email"
        " FROM portal p JOIN access a ON a.portal = p.id AND a.status = 'Current' AND a.basis IS NOT NULL"
        " JOIN account w ON w.id = a.account WHERE p.id = $1 AND p.owner IS NULL AND (EXISTS"
        "  (SELECT FROM guardian_confirmation c WHERE c.access = a.id AND c.patient = $2 AND c.state = 'Confirmed')"
        "  OR EXISTS (SELECT FROM invitation i WHERE i.patient = $2 AND i.portal = p.id AND i.accepted_by = w.id))"
        " ORDER BY email",
        found.portal,
        found.id,
    )
    return [row["email"] for row in rows]


async def _finish(place: Place, patient: UUID, portal: UUID, told: list[str]) -> None:
    await run("DELETE FROM guardian_confirmation WHERE patient = $1 AND practice = $2", patient, place.practice.id)
    await notifications.settle(NotificationKind.GUARDIANS_WAITING, patient, place.account)
    await notifications.settle_invitations([patient], place.account, NotificationKind.INVITATION_ACCEPTED)
    once = str(new_id())
    for email in told:
        await owe(MailKind.PRACTICE_UNLINKED, portal, email, once=once)
    await audit.record(
        "patient:unlink", account=place.account, practice=place.practice.id, portal=portal, subject=patient
    )
