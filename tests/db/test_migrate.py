"""Migrating: whole or not at all, once however many ask, and the site's role can never rewrite the trail."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from db import migrate as migrating
from db.embedded import Embedded, temporary
from db.engine import DB, run
from db.inspection import inspect
from db.migrate import WrongDeployment, as_owner, demand_env, migrate, pending, role_of

EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC"


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with temporary() as embedded:
        yield embedded


async def reset(server: Embedded) -> None:
    async with as_owner(server.owner_database_url) as connection:
        await connection.execute(EMPTY)


async def as_site(server: Embedded, sql: str) -> object:
    connection = await asyncpg.connect(server.database_url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_two_at_once_migrate_once_and_a_third_finds_nothing_to_do(server: Embedded) -> None:
    await reset(server)
    both = await asyncio.gather(*(migrate(server.owner_database_url, "test", "kith_site") for _ in range(2)))
    assert sorted(both) == [[], list(migrating.migrations())]
    assert await migrate(server.owner_database_url, "test", "kith_site") == []


async def test_the_sites_role_may_add_to_the_trail_and_nothing_more(server: Embedded) -> None:
    await migrate(server.owner_database_url, "test", role_of(server.database_url))
    for table in ("event", "migration", "deployment"):
        for refused in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"DROP TABLE {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await as_site(server, refused)
    for refused in ("UPDATE event SET seq = 1", "UPDATE deployment SET env = 'demo'", "TRUNCATE account"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_site(server, refused)
    for allowed in ("DELETE FROM session", "UPDATE deployment SET clock_offset = '0'", "SELECT count(*) FROM event"):
        await as_site(server, allowed)


async def test_a_database_remembers_what_it_was_made_for(server: Embedded) -> None:
    await migrate(server.owner_database_url, "test")
    with pytest.raises(WrongDeployment, match="made for KITH_ENV=test, not production"):
        await migrate(server.owner_database_url, "production")
    async with as_owner(server.owner_database_url) as connection, DB.transaction_on(connection):
        await demand_env("test")
        with pytest.raises(WrongDeployment):
            await demand_env("demo")


async def test_an_empty_database_says_what_is_missing(server: Embedded) -> None:
    await reset(server)
    async with as_owner(server.owner_database_url) as connection:
        async with DB.transaction_on(connection):
            assert await pending() == list(migrating.migrations())
        with pytest.raises(WrongDeployment, match="kith migrate"):
            async with DB.transaction_on(connection):
                await demand_env("test")


async def test_a_migration_that_fails_leaves_nothing(server: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    await reset(server)
    true_forwards = migrating.run_forwards

    async def fails_at_the_end(migration: object) -> None:
        await true_forwards(migration)  # type: ignore[arg-type]
        await run("SELECT 1 / 0")

    monkeypatch.setattr(migrating, "run_forwards", fails_at_the_end)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(server.owner_database_url, "test")
    async with as_owner(server.owner_database_url) as connection:
        assert await connection.fetchval("SELECT to_regclass('account') IS NULL")
    monkeypatch.undo()
    assert await migrate(server.owner_database_url, "test") == list(migrating.migrations())


async def test_the_doctor_finds_a_role_that_may_too_much(server: Embedded) -> None:
    await migrate(server.owner_database_url, "test", "kith_site")
    well = [finding async for finding in inspect(server.database_url, server.owner_database_url, "test")]
    assert all(sound for sound, _ in well)
    found = [line async for sound, line in inspect(server.owner_database_url, server.database_url, "test") if not sound]
    assert any("the trail could be rewritten" in line for line in found)
    assert any("does not own the tables" in line for line in found)


async def test_the_doctor_says_who_cannot_connect(server: Embedded) -> None:
    password = server.database_url.split(":")[2].split("@")[0]
    found = [finding async for finding in inspect(server.database_url.replace(password, "guess"), None, "test")]
    assert [sound for sound, _ in found] == [False]
    assert "KITH_DATABASE_URL: cannot connect" in found[0][1]
    assert "guess" not in found[0][1]
