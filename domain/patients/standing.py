"""How a patient `p` stands, in words of SQL: with a portal or without, looked after or not any more."""

from collections.abc import Mapping

from db.tables.invitation import InvitationState
from domain.patients.question import PatientStatus, PortalState

STATUS_IS = {
    PatientStatus.ACTIVE: "(p.deceased_on IS NULL AND p.active)",
    PatientStatus.INACTIVE: "(p.deceased_on IS NULL AND NOT p.active)",
    PatientStatus.DECEASED: "p.deceased_on IS NOT NULL",
}


STATUS = (
    f"CASE WHEN p.deceased_on IS NOT NULL THEN '{PatientStatus.DECEASED}'"
    f" WHEN p.active THEN '{PatientStatus.ACTIVE}' ELSE '{PatientStatus.INACTIVE}' END"
)
"""The status as a column."""


HAS_PORTAL = "p.portal IS NOT NULL"


def open_invitation(now: str) -> str:
    """Whether invitation `open` can still be accepted. `now` is the number of that value, such as "$3"."""
    return f"open.patient = p.id AND open.state = '{InvitationState.PENDING}' AND open.expires_at > {now}"


def portal_state_is(invited: str) -> dict[PortalState, str]:
    """What makes each portal state, `invited` being whether there is an open invitation. Whoever may not see
    invitations learns only whether there is a portal: to them it is "false", and nobody is invited."""
    return {
        PortalState.NONE: f"(p.portal IS NULL AND NOT {invited})",
        PortalState.INVITED: f"(p.portal IS NULL AND {invited})",
        PortalState.LINKED: HAS_PORTAL,
    }


def portal_state(is_: Mapping[PortalState, str]) -> str:
    """The portal state as a column, of what makes each."""
    return (
        f"CASE WHEN {is_[PortalState.LINKED]} THEN '{PortalState.LINKED}'"
        f" WHEN {is_[PortalState.INVITED]} THEN '{PortalState.INVITED}' ELSE '{PortalState.NONE}' END"
    )
