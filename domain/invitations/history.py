"""A patient's portal and the invitations to it, as their profile shows them."""

from dataclasses import dataclass

from db.engine import Prepared
from domain.invitations import listing
from domain.invitations.listing import Listed
from domain.patients.found import Found, reads
from domain.permissions import Area, PlacePermission, may
from domain.places import Place


@dataclass(frozen=True)
class PatientPortal:
    """Whether the patient has a portal; the one invitation that waits; and those there were, the newest first, for
    whom reads them."""

    linked: bool
    can_be_invited: bool
    """By this member, now: the link **Invite to the portal** is there."""
    needs_birth_date: bool
    pending: Listed | None
    past: tuple[Listed, ...]


_state = Prepared(
    "SELECT deceased_on IS NOT NULL AS deceased, birth_date IS NULL AS unborn FROM patient"
    " WHERE id = $1 AND practice = $2"
)


async def of_patient(place: Place, patient: Found) -> PatientPortal | None:
    """For the profile of a patient who was found: None for who reads only name and contact. Whoever may not see
    invitations learns only whether there is a portal."""
    if not reads(place, patient, Area.PROFILES):
        return None
    linked = patient.portal is not None
    row = await _state.first(patient.id, place.practice.id) or {"deceased": True, "unborn": True}
    past = await listing.of_patient(place, patient.id)
    pending = next((one for one in past if one.waits), None)
    free = not linked and not row["deceased"] and pending is None
    invites = place.practice.invitations and may(place, PlacePermission.INVITE)
    return PatientPortal(linked, free and invites, bool(row["unborn"]), pending, past)
