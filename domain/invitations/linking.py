"""Linking a practice's patient to a portal (B11, decisions 5 and 17)."""

from typing import Any
from uuid import UUID

import asyncpg

from db.engine import run
from domain import confirmations, controllers
from domain.errors import LinkClosed, Refused
from domain.invitations.opening import Invited
from domain.mail import MailKind, owe


async def link(invited: Invited, account: UUID, portal: UUID) -> None:
    """Links the invited patient to a portal that the account controls, in the caller's transaction. The practice is
    asked about each guardian; a guardian of somebody under 18, to whom it wrote itself, is confirmed by that. Everybody
    who reads the practice's part now is mailed.

    Raises Refused where the portal is another person's, or linked to another patient of the practice.
    """
    await controllers.hold(portal)
    _demand_theirs(invited, await _held(portal, account))
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
    await confirmations.ask(portal, confirmed=None if invited.is_adult else (invited.patient, account))
    await tell_of_link(portal, invited.patient, once=str(invited.id))


async def _held(portal: UUID, account: UUID) -> dict[str, Any]:
    """The portal, if the account controls it."""
    rows = await run(
        "SELECT p.name, p.birth_date FROM portal p WHERE p.id = $1 AND (p.owner = $2 OR (p.owner IS NULL AND EXISTS"
        " (SELECT FROM access a WHERE a.portal = p.id AND a.account = $2 AND a.status = 'Current'"
        "  AND a.basis IS NOT NULL)))",
        portal,
        account,
    )
    if not rows:
        raise Refused("Choose whom this is about", "guardian")
    return rows[0]


def _demand_theirs(invited: Invited, portal: dict[str, Any]) -> None:
    if portal["birth_date"] not in (None, invited.birth_date):
        raise Refused(
            f"The portal of {portal['name']} has another birth date. Choose whom this is about, or correct the birth"
            " date in that portal’s details first",
            "guardian",
        )


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
