"""The cast as it was built last, kept in a schema of its own: a reset soon after puts back what has changed since,
in a tenth of the time that it takes to build everything anew."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

import asyncpg
from piccolo.table import Table, sort_table_classes

from db.piccolo_app import APP_CONFIG
from domain import clock

GOOD_FOR = timedelta(minutes=10)
"""What is put back was written when it was built, and says so: not for longer, and never on another day."""

NUMBERED = ("attempt", "event")
"""Their rows take their numbers from the database."""
PARENTS_FIRST = [
    table
    for table in sort_table_classes(APP_CONFIG.table_classes)
    if table._meta.tablename not in ("deployment", *NUMBERED)
]
NAMES = sorted([*NUMBERED, *(table._meta.tablename for table in PARENTS_FIRST)])


@dataclass(frozen=True)
class Kept:
    """When and for which day it was built, and what the schema's comment says: another process's cast is not ours."""

    token: str
    day: date
    at: datetime


_kept: Kept | None = None


def forget() -> None:
    """The next reset builds anew."""
    global _kept
    _kept = None


async def keep(connection: asyncpg.Connection, day: date) -> None:
    """Notes what this transaction has built for `day`. Does nothing for an owner who may make no schema."""
    global _kept
    forget()
    if not await connection.fetchval("SELECT has_database_privilege(current_database(), 'CREATE')"):
        return
    kept = Kept(uuid4().hex, day, clock.now())
    await connection.execute(
        "SET LOCAL client_min_messages = warning; DROP SCHEMA IF EXISTS kept_cast CASCADE; CREATE SCHEMA kept_cast;"
        f" COMMENT ON SCHEMA kept_cast IS '{kept.token}'"
    )
    await connection.execute(
        ";".join(f"CREATE UNLOGGED TABLE kept_cast.{name} AS TABLE public.{name}" for name in NAMES)
    )
    _kept = kept


async def put_back(connection: asyncpg.Connection, day: date) -> bool:
    """Makes every table what it was when the cast of `day` was kept. False when none is, or one of too long ago.

    Raises asyncpg's LockNotAvailableError, and IntegrityConstraintViolationError where what stands now is in the way
    of what stood then: the caller's transaction is lost.
    """
    if _kept is None or _kept.day != day or not timedelta() <= clock.now() - _kept.at < GOOD_FOR:
        return False
    await connection.execute(f"LOCK TABLE {', '.join(NAMES)} IN ACCESS EXCLUSIVE MODE")
    said = await connection.fetchval("SELECT obj_description(to_regnamespace('kept_cast')::oid, 'pg_namespace')")
    if said != _kept.token:
        return False
    await connection.execute(_PUT_BACK)
    return True


def _statements() -> Iterator[str]:
    """From the leaves on, what is new goes and what has changed changes back; then what is gone comes back, from the
    roots on. The trail gives up no row: it is written again, with the numbers and hashes that it had."""
    for table in reversed(PARENTS_FIRST):
        yield from _new_goes_and_changed_changes(table)
    for table in PARENTS_FIRST:
        name, key = table._meta.tablename, table._meta.primary_key._meta.name
        yield (
            f"INSERT INTO {name} SELECT * FROM kept_cast.{name} kept"  # noqa: S608 - names of ours
            f" WHERE NOT EXISTS (SELECT FROM {name} present WHERE present.{key} = kept.{key})"
        )
    yield "TRUNCATE attempt, event RESTART IDENTITY"
    yield "ALTER SEQUENCE event_seq RESTART"
    yield "INSERT INTO event SELECT * FROM kept_cast.event ORDER BY seq"


def _new_goes_and_changed_changes(table: type[Table]) -> Iterator[str]:
    name, key = table._meta.tablename, table._meta.primary_key._meta.name
    columns = [column._meta.db_column_name for column in table._meta.columns]
    yield (
        f"DELETE FROM {name} present"  # noqa: S608 - names of ours
        f" WHERE NOT EXISTS (SELECT FROM kept_cast.{name} kept WHERE kept.{key} = present.{key})"
    )
    yield (
        f"UPDATE {name} present SET ({', '.join(columns)}) = ROW({', '.join(f'kept.{column}' for column in columns)})"  # noqa: S608 - names of ours
        f" FROM kept_cast.{name} kept WHERE kept.{key} = present.{key} AND present IS DISTINCT FROM kept"
    )


_PUT_BACK = ";\n".join(_statements())
