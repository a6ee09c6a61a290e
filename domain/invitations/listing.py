"""A practice's invitations, the last sent first, of the patients whose profile a member reads: that somebody was
invited, where to and what became of it is more than their name and contact (decision 29)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.engine import Prepared
from db.tables.invitation import InvitationState
from domain import clock
from domain.errors import NotFound
from domain.links import OPEN_FOR
from domain.paging import PAGE, offset
from domain.permissions import Area, PlacePermission, demand, may
from domain.places import FOUND, NAME, Place, finding

MOST_OF_ONE = 20
"""Invitations of one patient."""
STATE = "CASE WHEN i.state = 'Pending' AND i.expires_at <= $6 THEN 'Expired' ELSE i.state END"
SENDABLE = (InvitationState.PENDING, InvitationState.EXPIRED, InvitationState.UNDELIVERABLE, InvitationState.LOCKED)


@dataclass(frozen=True)
class Listed:
    """One invitation. Where names are hidden the patient's is their code, and `email` is ''."""

    id: UUID
    patient: UUID
    name: str
    email: str
    state: InvitationState
    failure: str | None
    link_version: int
    sent_by: str
    sent_at: datetime
    expires_at: datetime
    used_at: datetime | None
    cancelled_at: datetime | None
    declined_at: datetime | None
    unsent: bool
    """Whether its mail, one of many, has not gone yet or, of one that was cancelled, never went."""

    @property
    def goes_at(self) -> datetime:
        """When a mail that has not gone yet goes at the earliest."""
        return self.expires_at - OPEN_FOR

    @property
    def is_held(self) -> bool:
        return self.unsent and clock.now() < self.goes_at

    @property
    def can_be_sent_again(self) -> bool:
        return self.state in SENDABLE

    @property
    def waits(self) -> bool:
        return self.state is InvitationState.PENDING


@dataclass(frozen=True)
class Invitations:
    """A page of the list."""

    rows: tuple[Listed, ...]
    state: InvitationState | None
    page: int
    more: bool


_LISTED = (
    f"SELECT i.id, i.patient, {NAME} AS name, CASE WHEN $5 THEN '' ELSE i.email END AS email,"  # noqa: S608 - words of ours
    f" {STATE} AS state,"
    " i.failure, i.link_version, w.name AS sent_by, i.sent_at, i.expires_at, i.used_at, i.cancelled_at,"
    " i.declined_at, EXISTS (SELECT FROM bulk_invitation_patient b WHERE b.invitation = i.id"
    "  AND b.outcome IN ('Waiting', 'Cancelled')) AS unsent"
    " FROM invitation i JOIN patient p ON p.id = i.patient JOIN account w ON w.id = i.sent_by"
    f" WHERE i.practice = $1 AND {FOUND}"
)
_NEWEST_FIRST = f" ORDER BY i.sent_at DESC, i.id LIMIT {PAGE + 1} OFFSET $7"
_all = Prepared(_LISTED + _NEWEST_FIRST)
_in_state = {
    state: Prepared(
        f"{_LISTED} AND i.state = '{state}'"
        + (" AND i.expires_at > $6" if state is InvitationState.PENDING else "")
        + _NEWEST_FIRST
    )
    for state in InvitationState
} | {
    InvitationState.EXPIRED: Prepared(
        f"{_LISTED} AND (i.state = 'Expired' OR (i.state = 'Pending' AND i.expires_at <= $6)){_NEWEST_FIRST}"
    )
}
_one = Prepared(f"{_LISTED} AND i.id = $7")
_patients = Prepared(f"{_LISTED} AND i.patient = $7 ORDER BY i.created_at DESC, i.id LIMIT {MOST_OF_ONE}")


async def read(place: Place, state: InvitationState | None = None, page: int = 1) -> Invitations:
    """A page of the invitations, all of them or those in one state. Raises NotPermitted, and NotFound for no page."""
    demand(place, PlacePermission.VIEW_INVITATIONS)
    query = _in_state[state] if state else _all
    rows = await query.rows(*finding(place, Area.PROFILES), place.hides_names, clock.now(), offset(page))
    return Invitations(tuple(_listed(row) for row in rows[:PAGE]), state, page, len(rows) > PAGE)


async def one(place: Place, invitation: UUID) -> Listed:
    """One invitation of a patient whose profile the member reads. Raises NotPermitted and NotFound."""
    demand(place, PlacePermission.VIEW_INVITATIONS)
    row = await _one.first(*finding(place, Area.PROFILES), place.hides_names, clock.now(), invitation)
    if row is None:
        raise NotFound
    return _listed(row)


async def of_patient(place: Place, patient: UUID) -> tuple[Listed, ...]:
    """The newest invitations of one patient; none for who may not see invitations."""
    if not may(place, PlacePermission.VIEW_INVITATIONS):
        return ()
    rows = await _patients.rows(*finding(place, Area.PROFILES), place.hides_names, clock.now(), patient)
    return tuple(_listed(row) for row in rows)


def _listed(row: dict[str, object]) -> Listed:
    return Listed(**{**row, "state": InvitationState(str(row["state"]))})  # type: ignore[arg-type]  # a row of _LISTED
