"""A patient's portal and the invitations to it, as their profile shows them."""

from dataclasses import dataclass

from db.engine import Prepared
from domain.errors import NotFound
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
    linked_to: str
    """The name of that portal, and `accepted_by` of the login that linked it: a practice sees when it is another's. ''
    for both where names are hidden, and for who may not see invitations (S5.6)."""
    accepted_by: str
    can_be_invited: bool
    """By this member, now: the link **Invite to the portal** is there."""
    needs_birth_date: bool
    pending: Listed | None
    past: tuple[Listed, ...]


_state = Prepared(
    "SELECT p.deceased_on IS NOT NULL OR NOT p.active AS gone, p.birth_date IS NULL AS unborn,"
    " coalesce(o.name, '') AS linked_to,"
    " coalesce((SELECT w.name FROM invitation i JOIN account w ON w.id = i.accepted_by WHERE i.patient = p.id"
    "  AND i.portal = o.id AND i.state = 'Accepted' ORDER BY i.used_at DESC LIMIT 1), '') AS accepted_by"
    " FROM patient p LEFT JOIN portal o ON o.id = p.portal AND NOT $3::boolean WHERE p.id = $1 AND p.practice = $2"
)


async def of_patient(place: Place, patient: Found) -> PatientPortal | None:
    """For the profile of a patient who was found: None for who reads only name and contact. Whoever may not see
    invitations learns only whether there is a portal."""
    if not reads(place, patient, Area.PROFILES):
        return None
    linked = patient.portal is not None
    hides = place.hides_names or not may(place, PlacePermission.VIEW_INVITATIONS)
    row = await _state.first(patient.id, place.practice.id, hides)
    if row is None:
        raise NotFound
    past = await listing.of_patient(place, patient.id)
    pending = next((one for one in past if one.waits), None)
    free = not linked and not row["gone"] and pending is None
    invites = place.practice.invitations and may(place, PlacePermission.INVITE)
    return PatientPortal(
        linked=linked,
        linked_to=row["linked_to"],
        accepted_by=row["accepted_by"],
        can_be_invited=free and invites,
        needs_birth_date=row["unborn"],
        pending=pending,
        past=past,
    )
