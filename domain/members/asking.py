"""Asking somebody to work in a practice: **New User**, **Resend** and **Cancel** (S5.5, decision 22)."""

from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg

from db.engine import run, transaction
from db.ids import new_id
from domain import addresses, attempts, audit, clock
from domain.errors import NotFound, Refused
from domain.links import OPEN_FOR
from domain.mail import MailKind, owe
from domain.members.owners import hold
from domain.members.rights import Rights, demand_sound, rights_of
from domain.permissions import PlacePermission, demand
from domain.places import Place

KNOWN = "{} already. They stand on the Users page"


@dataclass(frozen=True)
class NewUser:
    """Somebody who is asked: how the owner calls them, where they are written to, and what they may do."""

    name: str
    email: str
    rights: Rights


async def ask(place: Place, new: NewUser) -> UUID:
    """Asks somebody to join, by mail: whoever has a login is asked there, others get a link that sets one up. Nothing
    here tells which. Gives the member's id.

    Raises NotPermitted, and Refused at 'email' for somebody who is here, was, or is asked already, at 'owner' or
    'views' for rights that do not go together, and where a practice has written to too many today.
    """
    demand(place, PlacePermission.CHANGE_MEMBERS)
    key = addresses.email_key(new.email)
    async with transaction():
        await hold(place)
        new = replace(new, rights=await demand_sound(place.practice.id, new.rights))
        await addresses.hold(key)
        if pressed_twice := await _just_asked(place, new, key):
            return pressed_twice
        await demand_new(place.practice.id, key)
        await attempts.spend_joining(place.practice.id)
        row = await write(place.practice.id, new, place.account)
        await audit.record("member:ask", account=place.account, practice=place.practice.id, subject=row)
    return row


async def _just_asked(place: Place, new: NewUser, key: str) -> UUID | None:
    """The row that the same person wrote a moment ago for the same one with the same rights: the button was pressed
    twice."""
    rows = await run(
        "SELECT m.*, ARRAY(SELECT l.practitioner FROM member_view l WHERE l.member = m.id) AS views FROM member m"
        " WHERE m.practice = $1 AND m.email_key = $2 AND m.name = $3 AND m.asked_by = $4 AND m.accepted_at IS NULL"
        " AND m.declined_at IS NULL AND m.link_version = 1 AND m.created_at > $5",
        place.practice.id,
        key,
        new.name,
        place.account,
        clock.now() - clock.PRESSED_TWICE_WITHIN,
    )
    return next((row["id"] for row in rows if rights_of(row).same_as(new.rights)), None)


async def resend(place: Place, row: UUID) -> None:
    """Asks again, for another 14 days; the link that was sent before opens nothing any more.

    Raises NotPermitted, NotFound for whoever is not being asked, and Refused after too many mails today.
    """
    demand(place, PlacePermission.CHANGE_MEMBERS)
    async with transaction():
        await hold(place)
        await attempts.spend_joining(place.practice.id)
        await _write_again(place.practice.id, row)
        await audit.record("member:resend", account=place.account, practice=place.practice.id, subject=row)


async def cancel(place: Place, row: UUID) -> None:
    """Takes an asking back; done twice it is done once. Raises NotPermitted, and NotFound for who never was asked here
    or has joined."""
    demand(place, PlacePermission.CHANGE_MEMBERS)
    async with transaction():
        await hold(place)
        taken = await run(
            "UPDATE member SET declined_at = $3, version = version + 1 WHERE practice = $1 AND id = $2"
            " AND accepted_at IS NULL AND declined_at IS NULL RETURNING id",
            place.practice.id,
            row,
            clock.now(),
        )
        if taken:
            await audit.record("member:cancel", account=place.account, practice=place.practice.id, subject=row)
        elif not await run(
            "SELECT FROM member WHERE practice = $1 AND id = $2 AND declined_at IS NOT NULL", place.practice.id, row
        ):
            raise NotFound


async def demand_new(practice: UUID, key: str) -> None:
    """Nobody is asked who is here, was here or is being asked."""
    known = await run(
        "SELECT m.accepted_at, m.active FROM member m LEFT JOIN account a ON a.id = m.account WHERE m.practice = $1"
        " AND m.declined_at IS NULL AND $2 = coalesce(a.email_key, m.email_key)",
        practice,
        key,
    )
    for row in known:
        if row["accepted_at"] is None:
            raise Refused(f"{KNOWN.format('They have been asked')}, where you can choose Resend", "email")
        if row["active"]:
            raise Refused(KNOWN.format("They work here"), "email")
        raise Refused("They worked here and are deactivated. Activate them on the Users page", "email")


async def write(practice: UUID, new: NewUser, asked_by: UUID | None) -> UUID:
    """A member who is asked and has not answered, and the mail that asks, in the caller's transaction."""
    row, now, rights = new_id(), clock.now(), new.rights
    values = {
        "id": row, "practice": practice, "name": new.name, "email": new.email.strip(),
        "email_key": addresses.email_key(new.email), "active": False, "created_at": now, "asked_by": asked_by,
        "expires_at": now + OPEN_FOR, "viewing": rights.views[0] if rights.views else None, **rights.columns(),
    }  # fmt: skip
    numbers = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    try:
        await run(f"INSERT INTO member ({', '.join(values)}) VALUES ({numbers})", *values.values())  # noqa: S608 - names of ours
    except asyncpg.UniqueViolationError as error:
        raise Refused(f"{KNOWN.format('They have been asked')}, where you can choose Resend", "email") from error
    for practitioner in rights.views:
        await run("INSERT INTO member_view (id, member, practitioner) VALUES ($1, $2, $3)", new_id(), row, practitioner)
    await _owe_mail(row, new.email.strip(), 1)
    return row


async def _write_again(practice: UUID, row: UUID) -> None:
    raised = await run(
        "UPDATE member SET link_version = link_version + 1, expires_at = $3, undelivered_at = NULL,"
        " version = version + 1 WHERE practice = $1 AND id = $2 AND accepted_at IS NULL AND declined_at IS NULL"
        " RETURNING email, link_version",
        practice,
        row,
        clock.now() + OPEN_FOR,
    )
    if not raised:
        raise NotFound
    await _owe_mail(row, raised[0]["email"], raised[0]["link_version"])


async def _owe_mail(row: UUID, email: str, link_version: int) -> None:
    """Whoever has a login gets no link: they answer after logging in."""
    known = await run("SELECT FROM account WHERE email_key = $1", addresses.email_key(email))
    kind = MailKind.MEMBER_REQUEST if known else MailKind.MEMBER_SET_UP
    await owe(kind, row, email, once=str(link_version))
