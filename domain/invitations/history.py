"""A patient's portal and the invitations to it, as their profile shows them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.engine import Prepared
from db.tables.invitation import InvitationState
from domain import clock
from domain.patients.found import Found
from domain.permissions import PlacePermission, may
from domain.places import Place

MOST_SHOWN = 20


@dataclass(frozen=True)
class Past:
    """One invitation. Where names are hidden, `email` is ''."""

    id: UUID
    email: str
    state: InvitationState
    failure: str | None
    link_version: int
    sent_by: str
    sent_at: datetime
    expires_at: datetime
    used_at: datetime | None
    cancelled_at: datetime | None


@dataclass(frozen=True)
class PortalState:
    """Whether the patient has a portal; the one invitation that waits; and those there were, the newest first, for
    whom reads them."""

    linked: bool
    can_be_invited: bool
    """By this member, now: the link **Invite to the portal** is there."""
    needs_birth_date: bool
    pending: Past | None
    past: tuple[Past, ...]


_state = Prepared(
    "SELECT deceased_on IS NOT NULL AS deceased, birth_date IS NULL AS unborn FROM patient"
    " WHERE id = $1 AND practice = $2"
)
_past = Prepared(
    "SELECT i.id, CASE WHEN $3::boolean THEN '' ELSE i.email END AS email,"  # noqa: S608 - a number of ours
    " CASE WHEN i.state = 'Pending' AND i.expires_at <= $4 THEN 'Expired' ELSE i.state END AS state, i.failure,"
    " i.link_version, w.name AS sent_by, i.sent_at, i.expires_at, i.used_at, i.cancelled_at FROM invitation i"
    " JOIN account w ON w.id = i.sent_by WHERE i.patient = $1 AND i.practice = $2"
    f" ORDER BY i.created_at DESC, i.id LIMIT {MOST_SHOWN}"
)


async def of_patient(place: Place, patient: Found) -> PortalState:
    """For the profile of a patient who was found. Whoever may not see invitations learns only whether there is a
    portal."""
    linked, reads = patient.portal is not None, may(place, PlacePermission.VIEW_INVITATIONS)
    row = await _state.first(patient.id, place.practice.id) or {"deceased": True, "unborn": True}
    rows = await _past.rows(patient.id, place.practice.id, place.hides_names, clock.now()) if reads else []
    past = tuple(Past(**{**row, "state": InvitationState(row["state"])}) for row in rows)
    pending = next((one for one in past if one.state is InvitationState.PENDING), None)
    free = not linked and not row["deceased"] and pending is None
    invites = place.practice.invitations and may(place, PlacePermission.INVITE)
    return PortalState(linked, free and invites, bool(row["unborn"]), pending, past)
