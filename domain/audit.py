"""The trail: who did or saw what, for whom, when, from where, under which access. Ids only.

ASVS 16.2.1. The database numbers and chains the lines and refuses to change them.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from uuid import UUID

import asyncpg

from db.engine import Prepared
from domain import clock
from domain.errors import TrailUnwritable

address: ContextVar[str] = ContextVar("address", default="")
"""Where this request comes from; the site sets it once a request."""

_insert = Prepared(
    "INSERT INTO event (seq, kind, account, portal, practice, access, subject, at, address, hash)"
    " VALUES (0, $1, $2, $3, $4, $5, $6, $7, $8, '')"
)


async def record(
    kind: str,
    *,
    account: UUID | None,
    portal: UUID | None = None,
    practice: UUID | None = None,
    access: UUID | None = None,
    subject: UUID | None = None,
) -> None:
    """Writes one line. `account` is the one who acted, never the one acted for (decision 12); `access` is the right
    that they used, if any; `subject` the row concerned. Call it last in a transaction: it holds the portal's chain
    until the commit.

    Raises TrailUnwritable; the transaction is lost with it."""
    try:
        await _insert.rows(kind, account, portal, practice, access, subject, clock.now(), address.get())
    except asyncpg.PostgresError as error:
        raise TrailUnwritable from error


_insert_many = Prepared(
    "INSERT INTO event (seq, kind, account, practice, subject, at, address, hash)"
    " SELECT 0, $1, $2, $3, subject, $5, $6, '' FROM unnest($4::uuid[]) AS subject"
)


async def record_many(kind: str, subjects: Sequence[UUID], *, account: UUID | None, practice: UUID) -> None:
    """Writes one line for each row concerned, in a single statement. The lines name no portal, so that thousands of
    them hold up no portal's chain, each of which is a lock of its own.

    Raises TrailUnwritable; the transaction is lost with it."""
    if not subjects:
        return
    try:
        await _insert_many.rows(kind, account, practice, subjects, clock.now(), address.get())
    except asyncpg.PostgresError as error:
        raise TrailUnwritable from error
