"""Saying yes or no to a practice that asks: with a mailed link that sets up a login, or with the login one has."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from db.engine import run, transaction
from domain import accounts, addresses, audit, clock, passwords
from domain.errors import LinkClosed, NotFound, Refused
from domain.links import demand_open
from domain.notifications import NotificationKind, tell
from domain.sessions import Session

ASKING = (
    "SELECT m.id, m.practice, m.name, m.email, m.email_key, m.role_type, m.level, m.owner, m.link_version,"
    " m.expires_at, m.accepted_at AS used_at, m.declined_at IS NOT NULL AS cancelled, c.slug, c.name AS practice_name,"
    " asker.name AS asker, known.id AS known FROM member m JOIN practice c ON c.id = m.practice"
    " LEFT JOIN account asker ON asker.id = m.asked_by LEFT JOIN account known ON known.email_key = m.email_key"
)
OPEN = "m.accepted_at IS NULL AND m.declined_at IS NULL AND m.expires_at > $2"


@dataclass(frozen=True)
class Asked:
    """A practice asks the account logged in to join it. `asker` is empty where the platform's administrators ask."""

    id: UUID
    slug: str
    practice: str
    asker: str
    role_type: str
    level: str
    owner: bool
    expires_at: datetime


async def asking_of(row: UUID, version: int) -> dict[str, Any]:
    """What a link is about: practice_name, slug, asker (None where the platform's administrators ask), role_type,
    level, owner, name, email, and the account that the email has by now (known). Raises LinkClosed."""
    rows = await run(f"{ASKING} WHERE m.id = $1", row)
    return dict(demand_open(rows[0] if rows else None, version))


async def asked(session: Session) -> list[Asked]:
    """The practices that ask this account and wait for an answer, by name."""
    rows = await run(
        f"{ASKING} WHERE m.email_key = $1 AND {OPEN} ORDER BY c.name, m.id",
        addresses.email_key(session.email),
        clock.now(),
    )
    return [_asked(row) for row in rows]


def _asked(row: dict[str, Any]) -> Asked:
    return Asked(
        id=row["id"],
        slug=row["slug"],
        practice=row["practice_name"],
        asker=row["asker"] or "",
        role_type=row["role_type"],
        level=row["level"],
        owner=row["owner"],
        expires_at=row["expires_at"],
    )


async def _taken(session: Session, row: UUID) -> Asked | None:
    """The asking that this account has said yes to already."""
    rows = await run(f"{ASKING} WHERE m.id = $1 AND m.account = $2 AND m.active", row, session.account)
    return _asked(rows[0]) if rows else None


async def _over(session: Session, row: UUID) -> Asked | None:
    """The asking that this account has said no to already, or that was taken back."""
    key = addresses.email_key(session.email)
    rows = await run(f"{ASKING} WHERE m.id = $1 AND m.email_key = $2 AND m.declined_at IS NOT NULL", row, key)
    return _asked(rows[0]) if rows else None


async def set_up_and_join(row: UUID, version: int, name: str, password: str) -> dict[str, Any]:
    """Makes an account, without a portal, for somebody who had none, and takes their place in the practice. Gives what
    the link was about. Raises LinkClosed, and Refused for a bad password or an email that has a login."""
    found = await asking_of(row, version)
    await passwords.demand_good(password, personal=(name, found["email"], found["practice_name"]))
    password_hash = await passwords.hashed(password)
    async with transaction():
        await addresses.hold(found["email_key"])
        await asking_of(row, version)
        account = await accounts.create(name, found["email"], password_hash)
        await _take(found, account)
    return found


async def accept_link(session: Session, row: UUID, version: int) -> str:
    """Takes one's place with the login that was asked; done twice it is done once. Gives the practice's slug. Raises
    LinkClosed: 'wrong account' leaves the link as it was."""
    if taken := await _taken(session, row):
        return taken.slug
    found = await asking_of(row, version)
    if found["known"] != session.account:
        raise LinkClosed("wrong account")
    async with transaction():
        await _take(found, session.account)
    return str(found["slug"])


async def accept(session: Session, row: UUID) -> Asked:
    """Takes one's place from one's own notifications; done twice it is done once. Raises NotFound for what is not open,
    or is another's."""
    if taken := await _taken(session, row):
        return taken
    found = await _mine(session, row)
    async with transaction():
        try:
            await _take({"id": found.id, "link_version": None}, session.account)
        except LinkClosed as error:
            raise NotFound from error
    return found


async def decline(session: Session, row: UUID) -> Asked:
    """Says no, and the practice is told; done twice it is done once. Raises NotFound for what is not open any more, or
    is another's."""
    if over := await _over(session, row):
        return over
    found = await _mine(session, row)
    async with transaction():
        taken = await run(
            f"UPDATE member m SET declined_at = $2, version = version + 1 WHERE m.id = $1 AND {OPEN}"  # noqa: S608 - words of ours
            " RETURNING practice",
            row,
            clock.now(),
        )
        if not taken:
            raise NotFound
        await tell(NotificationKind.MEMBER_DECLINED, taken[0]["practice"], row, member=row)
        await audit.record("member:decline", account=session.account, practice=taken[0]["practice"], subject=row)
    return found


async def _mine(session: Session, row: UUID) -> Asked:
    found = next((asking for asking in await asked(session) if asking.id == row), None)
    if found is None:
        raise NotFound
    return found


async def _take(found: dict[str, Any], account: UUID) -> None:
    """One claiming update wins; whoever comes second is told that the link was used."""
    try:
        taken = await run(
            f"UPDATE member m SET account = $3, accepted_at = $2, active = true, version = version + 1"  # noqa: S608 - words of ours
            f" WHERE m.id = $1 AND {OPEN} AND m.link_version = coalesce($4, m.link_version) RETURNING practice",
            found["id"],
            clock.now(),
            account,
            found["link_version"],
        )
    except asyncpg.UniqueViolationError as error:
        raise Refused("You have a place in this practice already") from error
    if not taken:
        if found["link_version"] is not None:
            await asking_of(found["id"], found["link_version"])
        raise LinkClosed("used")
    practice = taken[0]["practice"]
    await tell(NotificationKind.MEMBER_ACCEPTED, practice, found["id"], member=found["id"])
    await audit.record("member:accept", account=account, practice=practice, subject=found["id"])
