"""The engine: it gives every connection back, counts what it is asked, and waits for a database that is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from db import gone
from db.embedded import Embedded, temporary
from db.engine import DB as SITE
from db.engine import KithEngine, Prepared, counting, run, transaction
from db.gone import DatabaseGone
from db.tables.account import Account

DEFERRED = "CREATE TABLE {0} (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)"


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with temporary() as embedded:
        yield embedded


@pytest.fixture
async def own(server: Embedded) -> AsyncIterator[KithEngine]:
    """An engine apart from the site's, with one connection only, as the owner."""
    engine = KithEngine()
    await engine.start(server.owner_database_url, max_size=1)
    yield engine
    await engine.stop()


async def still_answers(own: KithEngine) -> bool:
    async with asyncio.timeout(2):
        return bool((await own.fetch("SELECT 1 AS one"))[0]["one"] == 1)


async def test_nothing_is_asked_before_the_start() -> None:
    with pytest.raises(RuntimeError, match="not started"):
        await KithEngine().fetch("SELECT 1")


async def test_starting_twice_is_an_error_and_stopping_twice_is_not(server: Embedded) -> None:
    own = KithEngine()
    await own.start(server.database_url)
    with pytest.raises(RuntimeError, match="already started"):
        await own.start(server.database_url)
    await own.stop()
    await own.stop()


async def test_a_failed_commit_gives_the_connection_back(own: KithEngine) -> None:
    table = f"t{uuid4().hex}"
    await own.fetch(DEFERRED.format(table))
    with pytest.raises(asyncpg.UniqueViolationError):
        async with own.transaction():
            await own.fetch(f"INSERT INTO {table} VALUES (1), (1)")
    assert not own.transaction_exists()
    assert await still_answers(own)
    assert await own.fetch(f"SELECT * FROM {table}") == []


async def test_an_error_inside_rolls_back_and_is_the_one_that_leaves(own: KithEngine) -> None:
    table = f"t{uuid4().hex}"
    await own.fetch(DEFERRED.format(table))
    with pytest.raises(ZeroDivisionError):
        async with own.transaction():
            await own.fetch(f"INSERT INTO {table} VALUES (1)")
            raise ZeroDivisionError
    assert await own.fetch(f"SELECT * FROM {table}") == []


async def test_a_connection_lost_inside_is_database_gone_and_the_next_one_is_new(own: KithEngine) -> None:
    with pytest.raises(DatabaseGone):
        async with own.transaction() as tx:
            tx.connection.terminate()
            await own.fetch("SELECT 1")
    with pytest.raises(DatabaseGone):
        async with own.transaction() as tx:
            tx.connection.terminate()
    assert await still_answers(own)


async def test_a_cancelled_request_leaves_no_transaction_open(own: KithEngine) -> None:
    async def slow() -> None:
        async with own.transaction():
            await own.fetch("SELECT pg_sleep(30)")

    task = asyncio.create_task(slow())
    await asyncio.sleep(0.2)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert await still_answers(own)
    rows = await own.fetch("SELECT count(*) AS n FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
    assert rows[0]["n"] == 0


async def test_giving_a_connection_back_asks_the_server_nothing(own: KithEngine) -> None:
    before = await messages(own)
    await still_answers(own)
    assert await messages(own) == before + 1


async def messages(own: KithEngine) -> int:
    """How many queries the one connection has been asked."""
    connection = await own.acquire()
    try:
        return int(connection._con._protocol.queries_count)
    finally:
        await own.release(connection)


async def test_a_transaction_inside_another_is_the_outer_one(own: KithEngine) -> None:
    table = f"t{uuid4().hex}"
    await own.fetch(DEFERRED.format(table))
    with contextlib.suppress(ZeroDivisionError):
        async with own.transaction():
            async with own.transaction():
                await own.fetch(f"INSERT INTO {table} VALUES (1)")
            raise ZeroDivisionError
    assert await own.fetch(f"SELECT * FROM {table}") == []


async def test_the_first_touch_waits_until_the_database_is_back(server: Embedded, own: KithEngine) -> None:
    server.stop_process()

    async def back_soon() -> None:
        await asyncio.sleep(0.3)
        await asyncio.to_thread(server.start)

    task = asyncio.create_task(back_soon())
    assert (await own.fetch("SELECT 1 AS one"))[0]["one"] == 1
    await task
    server.stop_process()
    task = asyncio.create_task(back_soon())
    async with own.transaction():
        assert (await own.fetch("SELECT 2 AS two"))[0]["two"] == 2
    await task


async def test_a_database_that_stays_away_is_said_to_be_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gone, "PATIENCE", 0.2)
    with pytest.raises(DatabaseGone):
        await KithEngine().start(f"postgresql://kith@/kith?host={tmp_path}")


async def test_a_wrong_statement_is_not_taken_for_a_lost_database(own: KithEngine) -> None:
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await own.fetch("SELEKT 1")
    with pytest.raises(asyncpg.DataError):
        await own.fetch("SELECT $1::int", ["one"])


async def test_every_way_of_asking_is_counted(database: None) -> None:
    with counting() as statements:
        await run("SELECT 1")
        await Account.select(Account.id)
        await Prepared("SELECT 2").rows()
        async with transaction():
            await run("SELECT 3")
    await run("SELECT 4")
    assert [statement[:8] for statement in statements] == ["SELECT 1", "SELECT A", "SELECT 2", "SELECT 3"]


async def test_a_prepared_query_takes_new_values(database: None) -> None:
    plain = Prepared("SELECT $1::int + $2::int AS sum")
    assert await plain.rows(1, 2) == [{"sum": 3}]
    assert await Prepared("SELECT 1 AS one WHERE $1").first(False) is None
    by_place = Prepared(Account.select(Account.name).where(Account.id == uuid4()))
    assert await by_place.rows(uuid4()) == []


async def test_the_sites_own_engine_is_the_one_that_tables_use(database: None) -> None:
    assert Account._meta.db is SITE
