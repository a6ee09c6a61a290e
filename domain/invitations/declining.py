"""Declining an invitation: whoever holds the link says no, and needs no login for it where the email has none."""

from uuid import UUID

from db.engine import run, transaction
from domain import accounts, audit, clock
from domain.errors import LinkClosed, Refused
from domain.invitations.opening import Invited, invited_by
from domain.notifications import NotificationKind, tell
from domain.sessions import Session


async def decline(row: UUID, version: int, session: Session | None) -> Invited:
    """Says no to one invitation, of which the practice is told. Gives what it was about.

    Raises LinkClosed, 'wrong account' for another's login, and Refused for somebody who is not logged in with the login
    that the email has.
    """
    invited = await invited_by(row, version)
    if session and session.account != invited.known:
        raise LinkClosed("wrong account", invited.email)
    if invited.known and session is None:
        raise Refused(accounts.TAKEN)
    async with transaction():
        await decline_held(invited, session.account if session else None)
    return invited


async def decline_held(invited: Invited, account: UUID | None) -> None:
    """One claiming update, in the caller's transaction. Raises LinkClosed for whoever comes second."""
    declined = await run(
        "UPDATE invitation SET state = 'Declined', declined_at = $3 WHERE id = $1 AND link_version = $2"
        " AND state = 'Pending' AND expires_at > $3 RETURNING id",
        invited.id,
        invited.link_version,
        clock.now(),
    )
    if not declined:
        await invited_by(invited.id, invited.link_version)
        raise LinkClosed("declined")
    practice = invited.practice.id
    await tell(NotificationKind.INVITATION_DECLINED, practice, invited.id, patient=invited.patient)
    await audit.record("invitation:decline", account=account, practice=practice, subject=invited.id)
