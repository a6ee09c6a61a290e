"""Accepting an invitation: with a new login, or with the login that the email has."""

from contextlib import suppress
from uuid import UUID

from db.engine import run, transaction
from domain import accounts, addresses, audit, clock, guardians, passwords, portals
from domain.errors import LinkClosed, NotFound, Refused
from domain.invitations.answers import Answer, Dependant, demand_right
from domain.invitations.invitable import hold
from domain.invitations.linking import link
from domain.invitations.opening import Invited, invited_by
from domain.notifications import NotificationKind, tell
from domain.sessions import Session


async def accept(session: Session, row: UUID, version: int, answer: Answer) -> UUID:
    """Accepts with the login that the invitation was sent to (B11), and gives the portal that is linked now.

    Raises LinkClosed, 'wrong account' for any other login, which leaves the link as it was, and Refused.
    """
    invited = await invited_by(row, version)
    if invited.known != session.account:
        raise LinkClosed("wrong account", invited.email)
    await demand_right(invited, answer, session.account)
    async with transaction():
        await _claim(invited)
        portal = await portal_for(invited, answer, session.account, session.name)
        await finish(invited, session.account, portal, answer)
    return portal


async def set_up_and_accept(row: UUID, version: int, name: str, password: str, answer: Answer) -> tuple[str, UUID]:
    """Makes a login and accepts. Gives the email to log in with and the portal that is linked now.

    Raises LinkClosed, and Refused for a bad password, a wrong answer, or an email that has a login by now, which costs
    no try.
    """
    invited = await invited_by(row, version)
    if invited.known:
        raise Refused(accounts.TAKEN)
    await passwords.demand_good(password, personal=(name, invited.email, invited.practice.name))
    await demand_right(invited, answer, None)
    password_hash = await passwords.hashed(password)
    async with transaction():
        await _claim(invited)
        account = await accounts.create(name, invited.email, password_hash)
        portal = await portal_for(invited, answer, account, name)
        await finish(invited, account, portal, answer)
    return invited.email, portal


async def _claim(invited: Invited) -> None:
    """One claiming update wins; whoever comes second is told that the link was used."""
    await addresses.hold(invited.email_key)
    await hold(invited.practice.id, invited.patient)
    claimed = await run(
        "UPDATE invitation SET state = 'Accepted', used_at = $3 WHERE id = $1 AND link_version = $2"
        " AND state = 'Pending' AND expires_at > $3 RETURNING id",
        invited.id,
        invited.link_version,
        clock.now(),
    )
    if not claimed:
        await invited_by(invited.id, invited.link_version)
        raise LinkClosed("used")


async def portal_for(invited: Invited, answer: Answer, account: UUID, name: str) -> UUID:
    """The portal to link: one's own or a dependant's, opened where there is none. A new one holds what was typed here
    and nothing else: details never travel from the practice. One's own is looked for again behind the email's lock:
    another practice's invitation may have opened it just now."""
    about = answer.about
    if isinstance(about, UUID):
        return about
    if isinstance(about, Dependant):
        return await guardians.open_for(account, about.name, about.relationship, about.basis)
    return await portals.own(account) or await portals.open_for(account, name, invited.email)


async def finish(invited: Invited, account: UUID, portal: UUID, answer: Answer) -> None:
    """Links what was claimed, tells the practice and writes it down, in the caller's transaction. Raises as `link`."""
    await link(invited, account, portal, answer)
    await run("UPDATE invitation SET accepted_by = $2, portal = $3 WHERE id = $1", invited.id, account, portal)
    practice = invited.practice.id
    await tell(NotificationKind.INVITATION_ACCEPTED, practice, invited.id, patient=invited.patient)
    await audit.record("invitation:accept", account=account, portal=portal, practice=practice, subject=invited.id)


async def accepted(session: Session, row: UUID) -> UUID | None:
    """The portal that this login has accepted an invitation for, while it opens it: a form that is sent twice leads
    there too."""
    rows = await run("SELECT portal FROM invitation WHERE id = $1 AND accepted_by = $2", row, session.account)
    with suppress(NotFound):
        return (await portals.visit(session.account, session.name, rows[0]["portal"])).portal if rows else None
    return None
