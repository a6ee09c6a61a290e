"""One database for a whole run, emptied before each test that asks for it."""

import itertools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import timedelta
from urllib.parse import urlsplit

os.environ.setdefault("KITH_ENV", "test")
os.environ["PICCOLO_CONF"] = "db.piccolo_conf"

import asyncpg
import pytest
from piccolo.table import sort_table_classes

from db import embedded
from db.embedded_server import Addresses
from db.engine import DB
from db.migrate import migrate
from db.piccolo_app import APP_CONFIG
from domain import clock

EMPTY = """
DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' CASCADE'
    FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('deployment', 'migration'));
END $$;
UPDATE deployment SET clock_offset = '0';
"""


CHILDREN_FIRST = [table._meta.tablename for table in reversed(sort_table_classes(APP_CONFIG.table_classes))]
A_FEW_DELETED = "\n".join(
    [
        "UPDATE member SET viewing = NULL WHERE viewing IS NOT NULL;",
        "TRUNCATE event;",
        *(f'DELETE FROM "{name}";' for name in CHILDREN_FIRST if name not in ("event", "deployment")),
        "UPDATE deployment SET clock_offset = '0';",
    ]
)
"""As EMPTY, thirty times quicker: truncating makes every table and index anew. It leaves dead rows behind, though."""
MANY = "SELECT count(*) > 400 FROM (SELECT FROM patient UNION ALL SELECT FROM event LIMIT 401) some_rows"
FEW_AT_MOST = 50
_deleted = itertools.count(1)


async def empty(connection: asyncpg.Connection) -> None:
    """Empty tables and an unmoved clock, in the quickest way for what is there."""
    anew = next(_deleted) % FEW_AT_MOST == 0 or await connection.fetchval(MANY)
    await connection.execute(EMPTY if anew else A_FEW_DELETED)


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


@pytest.fixture(scope="session")
async def emptying(engine: None, addresses: Addresses) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the tables' owner, for the whole run: to make one takes longer than to empty the tables."""
    connection = await asyncpg.connect(addresses.owner_database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def database(emptying: asyncpg.Connection) -> None:
    """Empty tables and an unmoved clock."""
    await empty(emptying)
    clock.set_offset(timedelta())
