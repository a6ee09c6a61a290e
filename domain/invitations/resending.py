"""Sending an invitation again: a new link for 14 days, which ends the old one."""

from typing import Any
from uuid import UUID

import asyncpg

from db.engine import run, transaction
from domain import audit, clock
from domain.errors import Changed, NotFound, Refused
from domain.invitations import rations
from domain.invitations.bulk import one_of_many
from domain.invitations.invitable import demand_invitable, demand_no_staff, hold
from domain.links import OPEN_FOR
from domain.mail import MailKind, owe
from domain.notifications import CAME_TO_NOTHING, settle_invitations
from domain.patients.found import find
from domain.permissions import Area, PlacePermission, demand
from domain.places import Place


async def resend(place: Place, invitation: UUID, version: int) -> None:
    """Sends an invitation again to the same email, also one that is Expired, Undeliverable or Locked. Only a Locked
    one, of which the practice was told, gets its five tries back. One of a family leaves it: from now on it has a link
    of its own. `version` is that of the link when the page was
    drawn.

    Raises NotPermitted, NotFound, Changed when somebody was quicker, and Refused.
    """
    demand(place, PlacePermission.INVITE)
    patient = await patient_of(place, invitation)
    await find(place, patient, Area.PROFILES)
    async with transaction():
        held = await hold(place.practice.id, patient)
        [row] = await run(
            "SELECT * FROM invitation WHERE id = $1 AND practice = $2 FOR UPDATE", invitation, place.practice.id
        )
        if _was_just_sent(place, row, version):
            return
        _demand_sendable(row, version)
        demand_invitable(held)
        await demand_no_staff(place.practice.id, row["email"])
        if row["state"] == "Locked":
            await rations.demand_tries_left(patient)
        await rations.spend(place.practice.id, row["email"])
        await _renew(place, invitation)
        await settle_invitations([patient], place.account, *CAME_TO_NOTHING)
        await owe(MailKind.INVITATION, invitation, row["email"], once=str(version + 1))
        await one_of_many.sent_anew(invitation)
        await audit.record("invitation:resend", account=place.account, practice=place.practice.id, subject=invitation)


async def patient_of(place: Place, invitation: UUID) -> UUID:
    """Whom an invitation of this practice is about. Raises NotFound."""
    rows = await run("SELECT patient FROM invitation WHERE id = $1 AND practice = $2", invitation, place.practice.id)
    if not rows:
        raise NotFound
    return UUID(str(rows[0]["patient"]))


def _was_just_sent(place: Place, row: dict[str, Any], version: int) -> bool:
    pressed_twice = row["sent_by"] == place.account and row["sent_at"] > clock.now() - clock.PRESSED_TWICE_WITHIN
    return bool(row["state"] == "Pending" and row["link_version"] == version + 1 and pressed_twice)


def _demand_sendable(row: dict[str, Any], version: int) -> None:
    if row["state"] == "Accepted":
        raise Refused("This invitation has been accepted, so there is nothing to send")
    if row["state"] == "Cancelled":
        raise Refused("This invitation was cancelled. Invite the patient anew from their profile")
    if row["state"] == "Declined":
        raise Refused("This invitation was declined. To ask once more, invite the patient anew from their profile")
    if row["link_version"] != version:
        raise Changed


async def _renew(place: Place, invitation: UUID) -> None:
    now = clock.now()
    try:
        await run(
            "UPDATE invitation SET state = 'Pending', failure = NULL, link_version = link_version + 1,"
            " tries = CASE WHEN state = 'Locked' THEN 0 ELSE tries END,"
            " wrong_before = wrong_before + CASE WHEN state = 'Locked' THEN tries ELSE 0 END,"
            " family = NULL, sent_by = $3, sent_at = $4, expires_at = $5 WHERE id = $1 AND practice = $2",
            invitation,
            place.practice.id,
            place.account,
            now,
            now + OPEN_FOR,
        )
    except asyncpg.UniqueViolationError as error:
        raise Refused("This patient has a newer invitation. Send that one again") from error
