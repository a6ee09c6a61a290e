"""POST /qa/reset: the same cast every time, and nothing of before."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.embedded_server import Addresses
from db.engine import run, transaction
from db.ids import new_id, next_are, seeded
from demo import cast, kept
from demo.people import known_id
from domain import accounts, clock, portals
from domain.mail import MailKind, owe
from settings import Settings

MOMENTS = {"created_at", "asked_at", "expires_at", "decided_at", "added_at", "accepted_at", "sent_at", "at"}
SALTED = {"password_hash", "hash"}


async def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, but for the moments when they were written and what is salted."""
    tables = await run("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration'")
    kept = {}
    for table in (str(row["tablename"]) for row in tables):
        rows = await run(f"SELECT * FROM {table}")
        shown = [{key: row[key] for key in row if key not in MOMENTS | SALTED} for row in rows]
        kept[table] = sorted(shown, key=repr)
    return kept


async def much_happens() -> None:
    """Rows that are gone, changed and new, and refer to each other."""
    await run("DELETE FROM record_entry")
    await run("UPDATE portal SET name = 'Somebody else'")
    portal = await portals.open_for(
        await accounts.create("Sam", "sam@example.com", "nothing"), "Sam", "sam@example.com"
    )
    await run("UPDATE patient SET portal = $1 WHERE id = $2", portal, known_id("patient", "owen"))
    await run("UPDATE funding SET health_fund = 'Another'")
    await accounts.log_in("mina@example.com", cast.PASSWORD, address="203.0.113.7", device="")


async def built_anew(addresses: Addresses, settings: Settings) -> None:
    kept.forget()
    await cast.reset(addresses.owner_database_url, settings)


@pytest.mark.parametrize("is_kept", [True, False])
async def test_the_same_ids_and_content_every_time(
    the_cast: None, addresses: Addresses, settings: Settings, *, is_kept: bool
) -> None:
    await built_anew(addresses, settings)
    before = await everything()
    await much_happens()
    assert await everything() != before
    if not is_kept:
        kept.forget()
    await cast.reset(addresses.owner_database_url, settings)
    after = await everything()
    assert after == before
    assert len(after["patient"]) == 490
    assert len(after["event"]) > 50
    assert await run("SELECT nextval('event_seq') AS next") == [{"next": len(after["event"]) + 1}]


async def test_what_is_put_back_is_the_same_to_the_moment_and_the_hash(
    the_cast: None, addresses: Addresses, settings: Settings
) -> None:
    await built_anew(addresses, settings)
    before = [await run("SELECT * FROM event ORDER BY seq"), await run("SELECT * FROM account ORDER BY id")]
    await much_happens()
    await cast.reset(addresses.owner_database_url, settings)
    assert [await run("SELECT * FROM event ORDER BY seq"), await run("SELECT * FROM account ORDER BY id")] == before


async def test_what_cannot_be_put_back_is_built(the_cast: None, addresses: Addresses, settings: Settings) -> None:
    before = await everything()
    for code, short in (("KT999999", "mina"), (None, "owen"), (None, "mina")):
        other = known_id("patient", "owen" if short == "mina" else "mina")
        taken = code or next(row["code"] for row in before["patient"] if row["id"] == other)
        await run("UPDATE patient SET code = $1 WHERE id = $2", taken, known_id("patient", short))
    await cast.reset(addresses.owner_database_url, settings)
    assert await everything() == before


async def test_another_day_has_a_cast_of_its_own(
    the_cast: None, addresses: Addresses, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    born = "SELECT birth_date FROM patient WHERE id = $1"
    before = await run(born, known_id("patient", "leo"))
    tomorrow = cast.today_there() + timedelta(days=1)
    monkeypatch.setattr(cast, "today_there", lambda: tomorrow)
    await cast.reset(addresses.owner_database_url, settings)
    assert await run(born, known_id("patient", "leo")) != before


async def test_what_is_kept_is_kept_for_minutes(
    the_cast: None, addresses: Addresses, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = "SELECT max(created_at) AS at FROM account"
    [before] = await run(written)
    await cast.reset(addresses.owner_database_url, settings)
    assert await run(written) == [before]
    monkeypatch.setattr(kept, "GOOD_FOR", timedelta())
    await cast.reset(addresses.owner_database_url, settings)
    [after] = await run(written)
    assert after["at"] > before["at"]


async def test_sessions_clock_and_mailbox_begin_anew(the_cast: None, addresses: Addresses, settings: Settings) -> None:
    await accounts.log_in("mina@example.com", cast.PASSWORD, address="203.0.113.7", device="")
    await clock.move(timedelta(days=40))
    message = settings.var / "mailbox" / "of-before.eml"
    message.parent.mkdir()
    message.write_text("a mail")
    await cast.reset(addresses.owner_database_url, settings)
    assert await run("SELECT (SELECT count(*) FROM session) AS sessions, clock_offset FROM deployment") == [
        {"sessions": 0, "clock_offset": timedelta()}
    ]
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert list(message.parent.iterdir()) == []


async def test_waits_for_a_mail_on_its_way(the_cast: None, addresses: Addresses, settings: Settings) -> None:
    await clock.move(timedelta(days=1))
    await owe(MailKind.PASSWORD_RESET, uuid4(), "mina@example.com")
    await run("UPDATE mail SET claim = $1, claimed_until = $2", uuid4(), clock.now() + timedelta(minutes=3))
    resetting = asyncio.create_task(cast.reset(addresses.owner_database_url, settings))
    while await run("SELECT FROM deployment WHERE clock_offset > '0'"):
        continue
    for _ in range(20):
        assert await run("SELECT FROM mail"), "the reset did not wait"
    message = settings.var / "mailbox" / "arrived-late.eml"
    message.parent.mkdir()
    message.write_text("a mail")
    await run("UPDATE mail SET claim = NULL, claimed_until = NULL, sent_at = $1", clock.now())
    await resetting
    assert not message.exists()
    assert not await run("SELECT FROM mail")


async def test_gives_way_to_a_request_that_it_would_deadlock_with(
    the_cast: None, addresses: Addresses, settings: Settings
) -> None:
    begun, resetting = asyncio.Event(), asyncio.Event()

    async def request() -> int:
        seen: list[dict[str, Any]] = []
        async with transaction():
            await run("SELECT FROM session LIMIT 1")
            begun.set()
            await resetting.wait()
            while not await run("SELECT FROM pg_locks WHERE NOT granted"):
                continue
            seen += await run("SELECT id FROM access")
        return len(seen)

    asked = asyncio.create_task(request())
    await begun.wait()
    reset = asyncio.create_task(cast.reset(addresses.owner_database_url, settings))
    resetting.set()
    assert await asked == 6
    await reset
    assert len(await run("SELECT FROM access")) == 6


async def test_never_in_production(settings: Settings) -> None:
    production = replace(settings, env="production")
    with pytest.raises(RuntimeError, match="demo or test"):
        await cast.reset("postgresql://nobody@localhost/nothing", production)
    with pytest.raises(RuntimeError, match="demo or test"):
        await cast.build(production)


def test_ids_said_beforehand_come_first() -> None:
    said = uuid4()
    with seeded(1):
        first = new_id()
    with seeded(1):
        next_are(said)
        assert (new_id(), new_id()) == (said, first)


def test_an_id_said_beforehand_must_be_taken() -> None:
    with pytest.raises(RuntimeError, match="Nothing took"), seeded(1):
        next_are(uuid4())
    with pytest.raises(RuntimeError, match="inside seeded"):
        next_are(uuid4())
