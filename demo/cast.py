"""The cast of CONTRACT.md: who they are, how they come about, and how the QA room begins anew."""

import asyncio
import time
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from db.engine import DB, run, transaction
from db.ids import seeded
from db.migrate import as_owner
from demo import (
    appointments,
    clinics,
    family,
    funding,
    invitations,
    invoices,
    kept,
    notes,
    patients,
    records,
    tags,
    templates,
)
from demo.people import CLINICS, HARBOUR_STREET, PEOPLE, TIMEZONE, WORKERS, Person, known_id
from domain import clock, passwords
from emails import mailbox
from settings import Settings

PASSWORD = "lantern orchard 42"  # noqa: S105 - everybody's in the demo, and no secret
PATIENCE = 5.0
TRIES = 10

EMPTY = """
DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ' ORDER BY tablename) || ' RESTART IDENTITY CASCADE'
    FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('deployment', 'migration'));
END $$;
ALTER SEQUENCE event_seq RESTART;
"""


async def build(settings: Settings) -> None:
    """The whole cast into empty tables, with the same ids every time: all or nothing, on the running engine.

    Raises RuntimeError in production.
    """
    if settings.production:
        raise RuntimeError("The cast is for KITH_ENV=demo or test.")
    password_hash, today = await passwords.hashed(PASSWORD), today_there()
    async with transaction():
        with seeded(1):
            await family.open_logins(password_hash)
            await family.open_portals(today)
            await family.share()
            await clinics.open_all(today)
            await appointments.book(today)
            await invoices.issue(today)
            await records.write(today)
            await funding.fill(today)
            await patients.make_up(today)
            await invitations.send()
            await notes.write(today)
            await templates.write()
            await tags.give()
        await family.forget_the_building()


async def reset(owner_url: str, settings: Settings) -> None:
    """The cast as on the first day: tables, clock and mailbox. Whoever was logged in is no longer.

    Needs no running engine. Raises RuntimeError in production, DatabaseGone, and asyncpg's LockNotAvailableError when
    something holds the tables for five seconds.
    """
    if settings.production:
        raise RuntimeError("Only a demo or test can be reset.")
    async with as_owner(owner_url) as connection:
        async with DB.transaction_on(connection):
            await clock.move(timedelta())
        await _let_mail_land(connection)
        await _begin_anew(connection, settings)
    await asyncio.to_thread(mailbox.empty, settings.var)


async def _let_mail_land(connection: asyncpg.Connection) -> None:
    """Nothing more is sent, and what is being sent arrives before the mailbox is emptied."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        await connection.execute("DELETE FROM mail WHERE claim IS NULL")
        if not await connection.fetch("SELECT FROM mail LIMIT 1"):
            return
        await asyncio.sleep(0.05)


async def _begin_anew(connection: asyncpg.Connection, settings: Settings) -> None:
    """Puts back or builds in one transaction: a request sees the old cast or the new.

    It gives up its locks sooner than PostgreSQL looks for deadlocks (1 s), so that it is never a request that fails.
    """
    again = True
    for left in reversed(range(TRIES)):
        try:
            async with DB.transaction_on(connection):
                await connection.execute("SET LOCAL lock_timeout = '500ms'")
                if again and await kept.put_back(connection, today_there()):
                    return
                await connection.execute(EMPTY)
                await build(settings)
                await kept.keep(connection, today_there())
            return
        except asyncpg.LockNotAvailableError:
            if not left:
                raise
        except asyncpg.IntegrityConstraintViolationError:
            if not again:
                raise
            again = False


def today_there() -> date:
    """The day that it is at the practices of the cast."""
    return clock.now().astimezone(ZoneInfo(TIMEZONE)).date()


async def cast() -> dict[str, Any]:
    """Everybody's name, email, ids and date of birth, as /qa/cast.json gives them; birth dates as at the last reset."""
    rows = await run("SELECT created_at FROM practice WHERE slug = $1", HARBOUR_STREET)
    today = rows[0]["created_at"].astimezone(ZoneInfo(TIMEZONE)).date() if rows else today_there()
    people = {person.short: _person(person, today) for person in PEOPLE}
    for worker in WORKERS:
        place = {
            "id": str(known_id("member", f"{worker.clinic}:{worker.short}")),
            "role_type": worker.role_type.value,
            "level": worker.level.value,
            "owner": worker.owner,
            "read_only": worker.read_only,
            "hides_names": worker.hides_names,
            "active": worker.active,
        }
        nobody = _entry(worker.name, worker.email) | {"account": str(known_id("account", worker.short))}
        people.setdefault(worker.short, nobody)["members"][worker.clinic] = place
    return {"password": PASSWORD, "people": people, "practices": _practices()}


def _person(person: Person, today: date) -> dict[str, Any]:
    return _entry(person.name, person.email) | {
        "account": str(known_id("account", person.short)) if person.login else None,
        "portal": str(known_id("portal", person.short)) if person.portal else None,
        "patient": str(known_id("patient", person.short)) if person.clinic else None,
        "practice": person.clinic,
        "birth_date": person.birth_date(today).isoformat(),
        "invitation": str(known_id("invitation", person.short)) if person.short == "owen" else None,
    }


def _entry(name: str, email: str) -> dict[str, Any]:
    empty = dict.fromkeys(("account", "portal", "patient", "practice", "birth_date", "invitation"))
    return {"name": name, "email": email or None, **empty, "members": {}}


def _practices() -> dict[str, Any]:
    found: dict[str, Any] = {
        clinic.slug: {
            "id": str(known_id("practice", clinic.slug)),
            "slug": clinic.slug,
            "name": clinic.name,
            "timezone": TIMEZONE,
        }
        for clinic in CLINICS
    }
    found[HARBOUR_STREET]["patients"] = {
        "without_email": str(patients.patient_id(patients.WITHOUT_EMAIL)),
        "with_staff_email": str(patients.patient_id(patients.WITH_STAFF_EMAIL)),
    }
    return found
