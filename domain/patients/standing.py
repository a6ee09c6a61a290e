"""How a patient `p` stands, in words of SQL: with a portal or without, looked after or not any more."""

from db.tables.invitation import InvitationState
from domain.patients.question import PatientStatus, PortalState

STATUS_IS = {
    PatientStatus.ACTIVE: "(p.deceased_on IS NULL AND p.active)",
    PatientStatus.INACTIVE: "(p.deceased_on IS NULL AND NOT p.active)",
    PatientStatus.DECEASED: "p.deceased_on IS NOT NULL",
}


def portal_state_is(now: str, *, sees_invitations: bool) -> dict[PortalState, str]:
    """What makes each portal state. Whoever may not see invitations learns only whether there is a portal: to them
    nobody is invited. `now` is the number of that value, such as "$3"."""
    invited = (
        "EXISTS (SELECT FROM invitation open WHERE open.patient = p.id"
        f" AND open.state = '{InvitationState.PENDING}' AND open.expires_at > {now})"
        if sees_invitations
        else "false"
    )
    return {
        PortalState.NONE: f"(p.portal IS NULL AND NOT {invited})",
        PortalState.INVITED: f"(p.portal IS NULL AND {invited})",
        PortalState.LINKED: "p.portal IS NOT NULL",
    }


def portal_state(now: str, *, sees_invitations: bool) -> str:
    """The portal state as a column."""
    is_ = portal_state_is(now, sees_invitations=sees_invitations)
    return (
        f"CASE WHEN {is_[PortalState.LINKED]} THEN '{PortalState.LINKED}'"
        f" WHEN {is_[PortalState.INVITED]} THEN '{PortalState.INVITED}' ELSE '{PortalState.NONE}' END"
    )
