"""One database for a whole run, emptied before each test that asks for it."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import timedelta
from urllib.parse import urlsplit

os.environ.setdefault("KITH_ENV", "test")
os.environ["PICCOLO_CONF"] = "db.piccolo_conf"

import asyncpg
import pytest

from db import embedded
from db.embedded_server import Addresses
from db.engine import DB
from db.migrate import migrate
from domain import clock

EMPTY = """
DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' CASCADE'
    FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('deployment', 'migration'));
END $$;
UPDATE deployment SET clock_offset = '0';
"""


@pytest.fixture(scope="session")
def addresses() -> Iterator[Addresses]:
    """The database's two addresses: KITH_DATABASE_URL's, or an embedded one's that lasts for the run."""
    with ExitStack() as stack:
        if url := os.environ.get("KITH_DATABASE_URL"):
            yield Addresses(url, os.environ["KITH_OWNER_DATABASE_URL"])
        else:
            yield stack.enter_context(embedded.temporary()).addresses


@pytest.fixture(scope="session")
async def engine(addresses: Addresses) -> AsyncIterator[None]:
    """The engine's pool on a migrated database."""
    await migrate(addresses.owner_database_url, "test", urlsplit(addresses.database_url).username)
    await DB.start(addresses.database_url, max_size=20)
    yield
    await DB.stop()


@pytest.fixture
async def database(engine: None, addresses: Addresses) -> None:
    """Empty tables and an unmoved clock."""
    connection = await asyncpg.connect(addresses.owner_database_url)
    await connection.execute(EMPTY)
    await connection.close()
    clock.set_offset(timedelta())
