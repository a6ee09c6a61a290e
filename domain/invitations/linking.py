"""Linking a practice's patient to a portal (B11, decisions 5 and 17)."""

from typing import Any
from uuid import UUID

import asyncpg

from db.engine import run
from domain import bases, confirmations, controllers
from domain.errors import LinkClosed, Refused
from domain.invitations.answers import Answer, Dependant
from domain.invitations.namesakes import demand_sure
from domain.invitations.opening import Invited
from domain.mail import MailKind, owe


async def link(invited: Invited, account: UUID, portal: UUID, answer: Answer) -> None:
    """Links the invited patient to a portal that the account controls, in the caller's transaction. The practice is
    asked about each guardian; the parent of somebody under 14, to whom it wrote itself, is confirmed by that. Everybody
    who reads the practice's part now is mailed.

    Raises Refused where the portal is not theirs, may be another person's, or is linked to another patient of the
    practice.
    """
    await controllers.hold(portal)
    held = await _held(portal, account, own=answer.about is None)
    _demand_theirs(invited, held)
    if not isinstance(answer.about, Dependant):
        await demand_sure(invited, held, own=answer.about is None, sure=answer.sure)
    await _write(invited, portal)
    await _keep_birth_date(portal, answer)
    is_parent = invited.is_child and held["basis"] == bases.PARENTAL
    await confirmations.ask(portal, confirmed=(invited.patient, account) if is_parent else None)
    await tell_of_link(portal, invited.patient, once=str(invited.id))


async def _held(portal: UUID, account: UUID, *, own: bool) -> dict[str, Any]:
    """The portal, if the account owns it or, where it is not to be its own, looks after somebody without a login."""
    rows = await run(
        "SELECT p.name, p.preferred_name, p.birth_date, a.basis FROM portal p LEFT JOIN access a ON a.portal = p.id"
        " AND a.account = $2 AND a.status = 'Current' AND a.basis IS NOT NULL WHERE p.id = $1"
        " AND CASE WHEN $3::boolean THEN p.owner = $2 ELSE p.owner IS NULL AND a.id IS NOT NULL END",
        portal,
        account,
        own,
    )
    if not rows:
        raise Refused("Choose whom this is about", "guardian")
    return rows[0]


def _demand_theirs(invited: Invited, portal: dict[str, Any]) -> None:
    practice = invited.practice.name
    if portal["birth_date"] not in (None, invited.birth_date):
        raise Refused(
            f"The portal of {portal['name']} has another birth date. Choose whom this is about, or ask {practice}",
            "guardian",
        )
    if invited.is_adult and portal["basis"] == bases.PARENTAL:
        raise Refused(
            f"You opened the portal of {portal['name']} as a parent. Whoever acts for an adult needs another ground."
            f" Ask {practice}",
            "guardian",
        )


async def _write(invited: Invited, portal: UUID) -> None:
    try:
        linked = await run(
            "UPDATE patient SET portal = $3 WHERE id = $1 AND practice = $2 AND portal IS NULL RETURNING id",
            invited.patient,
            invited.practice.id,
            portal,
        )
    except asyncpg.UniqueViolationError as error:
        raise Refused(
            f"This portal is linked to a patient of {invited.practice.name} already. Ask them whether they keep two"
            " records of the same person"
        ) from error
    if not linked:
        raise LinkClosed("used")


async def _keep_birth_date(portal: UUID, answer: Answer) -> None:
    """Once a portal's birth date is known, nobody else's record is linked to it."""
    await run(
        "UPDATE portal SET birth_date = $2, version = version + 1 WHERE id = $1 AND birth_date IS NULL",
        portal,
        answer.birth_date,
    )


async def awaits_word(invitation: UUID) -> bool:
    """Whether the guardian who accepted an invitation sees nothing of the practice until it confirms them."""
    waiting = (
        "SELECT FROM invitation i JOIN access a ON a.portal = i.portal AND a.account = i.accepted_by"
        " JOIN guardian_confirmation c ON c.access = a.id AND c.patient = i.patient"
        " WHERE i.id = $1 AND a.status = 'Current' AND c.state = 'Waiting'"
    )
    return bool(await run(waiting, invitation))


async def tell_of_link(portal: UUID, patient: UUID, *, once: str) -> None:
    """Owes a mail to everybody who can open the portal. Whoever the practice does not show itself to gets none: the
    builder of the mail sees to it."""
    rows = await run(
        "SELECT w.email FROM account w JOIN portal p ON p.owner = w.id WHERE p.id = $1 UNION SELECT w.email"
        " FROM account w JOIN access a ON a.account = w.id WHERE a.portal = $1 AND a.status = 'Current' ORDER BY email",
        portal,
    )
    for row in rows:
        await owe(MailKind.PRACTICE_LINKED, patient, row["email"], once=once)
