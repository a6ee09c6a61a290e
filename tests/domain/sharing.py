"""Words for the tests about sharing a portal."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from db.engine import run, transaction
from db.tables.access import Level, Role, Status
from domain import access, guardians, requests, sessions
from domain.access import Decision, Patient, Person
from domain.guardians import PARENTAL, Offer
from domain.requests import Asking
from tests.cast import Someone, someone
from tests.clinic import set_clock

First = TypeVar("First")
Second = TypeVar("Second")
ADDRESS = "192.0.2.7"
DAY = timedelta(days=1)


async def ask(who: Someone, email: str, level: Level = Level.CLINICAL, role: Role = Role.VIEW) -> None:
    """Asks for access to the portal of an email, whose person they call "Mina"."""
    await requests.ask(who.session, Asking("Mina", "Friend", level, role, email))


async def row_of(who: Someone | str, portal: UUID | None = None) -> dict[str, Any]:
    """The newest access row of an account, or of an email, to a portal."""
    by = "account" if isinstance(who, Someone) else "email_key"
    rows = await run(
        f"SELECT * FROM access WHERE {by} = $1 AND ($2::uuid IS NULL OR portal = $2) ORDER BY asked_at DESC",
        who.account if isinstance(who, Someone) else who,
        portal,
    )
    return rows[0]


async def decide(
    by: Someone,
    row: dict[str, Any],
    status: Status,
    level: Level | None = None,
    role: Role | None = None,
    *,
    for_good: bool = False,
) -> Person:
    """Submits **Edit access** as it is drawn now, with the level and role that the row has unless others are given."""
    visit = await by.visit(row["portal"])
    version = (await run("SELECT version FROM access WHERE id = $1", row["id"]))[0]["version"]
    level, role = level or Level(row["level"]), role or Role(row["role"])
    return await access.decide(visit, row["id"], Decision(status, level, role, version, for_good))


async def give(owner: Someone, who: Someone, level: Level = Level.CLINICAL, role: Role = Role.VIEW) -> dict[str, Any]:
    """Lets somebody into an owner's portal, and gives the row."""
    await ask(who, owner.email, level, role)
    await decide(owner, await row_of(who, owner.portal), Status.CURRENT)
    return await row_of(who, owner.portal)


async def force(row: dict[str, Any], status: Status, reason: str | None) -> dict[str, Any]:
    """The row, brought into a state by hand."""
    await run("UPDATE access SET status = $2, reason = $3 WHERE id = $1", row["id"], status.value, reason)
    return {**row, "status": status.value, "reason": reason}


async def all_rows() -> list[dict[str, Any]]:
    """Every access row, oldest first."""
    return await run("SELECT * FROM access ORDER BY asked_at, id")


async def seen_by(who: Someone) -> list[Patient]:
    """What somebody reads under **Patients You Access**."""
    return await access.patients(who.account)


async def listed(by: Someone, portal: UUID | None = None) -> list[Person]:
    """What a controller reads on a portal's Access page."""
    return await access.people(await by.visit(portal))


async def leo_of(mina: Someone) -> UUID:
    """The portal of Mina's child, who has no login."""
    return await guardians.open_dependant(mina.session, "Leo Park", "Son", PARENTAL)


def an_offer(
    email: str, level: Level = Level.ADMINISTRATIVE, role: Role = Role.VIEW, *, guardian: bool = False
) -> Offer:
    """What a guardian gives to an email: the least, unless more is said."""
    return Offer("Kim", email, "Child", level, role, PARENTAL if guardian else None)


async def two_guardians() -> tuple[Someone, Someone, UUID]:
    """Mina and Theo, guardians both of Leo."""
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    leo = await leo_of(mina)
    await guardians.offer(await mina.visit(leo), an_offer(theo.email, guardian=True))
    await guardians.accept_offer(theo.session, (await row_of(theo.email))["id"], 1)
    return mina, theo, leo


async def let_in_leo(mina: Someone, leo: UUID, kim: Someone) -> dict[str, Any]:
    """Kim gets the least access to Leo's portal, from his only guardian; gives the row."""
    await guardians.offer(await mina.visit(leo), an_offer(kim.email))
    row = await row_of(kim.email)
    await guardians.accept_offer(kim.session, row["id"], 1)
    return await row_of(kim.email)


async def trail(since: int = 0) -> list[dict[str, Any]]:
    """The trail's lines after one of them, of everybody."""
    return await run("SELECT * FROM event WHERE seq > $1 ORDER BY seq", since)


async def trail_end() -> int:
    """The number of the trail's last line."""
    return int((await run("SELECT coalesce(max(seq), 0) AS seq FROM event"))[0]["seq"])


def shortly_before(moment: datetime) -> None:
    """Makes it ten seconds earlier than a moment."""
    set_clock(moment - timedelta(seconds=10))


async def in_the_midst_of(
    first: Callable[[], Awaitable[First]], second: Callable[[], Awaitable[Second]]
) -> tuple[First, Second]:
    """Does `second` when `first` is done but not committed, and commits when `second` is done or waits for that."""
    done = asyncio.Event()

    async def later() -> Second:
        await done.wait()
        return await second()

    following = asyncio.create_task(later())
    async with transaction():
        given = await first()
        done.set()
        while not following.done() and not await run("SELECT FROM pg_locks WHERE NOT granted"):
            await run("SELECT")
    return given, await following


async def doors_of(account: UUID) -> list[UUID]:
    """The portals that an account can open, as a new session of it has them: its own first."""
    session = await sessions.resume(await sessions.begin(account, "a browser"))
    assert session
    return [door.portal for door in session.doors]
