"""The one door to PostgreSQL: Piccolo's queries, plain SQL and prepared SQL all pass here."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine
from piccolo.query.base import Query
from piccolo.querystring import QueryString
from typing_extensions import override

from db.gone import DatabaseGone, again_while_gone, gone_as_one_error
from db.transactions import BorrowedTransaction, KithTransaction, PooledConnection

__all__ = ["DB", "DatabaseGone", "KithEngine", "Prepared", "counting", "run", "transaction"]

LONGEST_WAIT = 10.0
# While the database is away the pool prints a traceback at every try to refill itself; DatabaseGone says it once.
logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)

counted: ContextVar[list[str] | None] = ContextVar("counted", default=None)


class KithEngine(PostgresEngine):
    """Piccolo's engine that connects when it is started and not when it is imported, and counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(config={})

    @override
    async def check_version(self) -> None:
        """Nothing: Piccolo would connect here, at import. `start` does it."""

    @override
    async def prep_database(self) -> None:
        """Nothing: Kith uses no extensions."""

    async def start(self, url: str, *, min_size: int = 1, max_size: int = 10, statement_cache_size: int = 100) -> None:
        """Open the pool on the address `url`. Behind a transaction pooler give `statement_cache_size=0`.

        Raises DatabaseGone when nothing answers within ten seconds, and RuntimeError when it runs already.
        """
        if self.pool is not None:
            raise RuntimeError("The engine is already started.")
        self.pool = await again_while_gone(
            lambda: asyncpg.create_pool(
                url,
                min_size=min_size,
                max_size=max_size,
                statement_cache_size=statement_cache_size,
                max_inactive_connection_lifetime=0,
                connection_class=PooledConnection,
            )
        )

    async def stop(self) -> None:
        """Close the pool and every connection in it. Stopping what is not started does nothing."""
        pool, self.pool = self.pool, None
        if pool is not None:
            await pool.close()

    def pool_started(self) -> Any:
        """The pool. Raises RuntimeError before `start`."""
        if self.pool is None:
            raise RuntimeError("The database is not started: await DB.start(url) first.")
        return self.pool

    async def acquire(self) -> Any:
        """A connection of the pool, which the caller releases. Raises TimeoutError when all stay taken."""
        return await self.pool_started().acquire(timeout=LONGEST_WAIT)

    async def release(self, connection: Any) -> None:
        """Give `connection` back to the pool."""
        await self.pool_started().release(connection)

    async def fetch(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows that `sql` answers with, on the current transaction or else on the pool.

        A SELECT outside a transaction is asked again while the database is away; anything else might have been done
        already, so only the getting of its connection is. Raises DatabaseGone, or asyncpg's error of the statement.
        """
        statements = counted.get()
        if statements is not None:
            statements.append(sql)
        current = self.current_transaction.get()
        if current is not None:
            with gone_as_one_error():
                return await current.connection.fetch(sql, *values)
        if sql.lstrip()[:6].upper() == "SELECT":
            return await again_while_gone(lambda: self._fetch_from_pool(sql, values))
        connection = await again_while_gone(self.acquire)
        return await self._fetch_and_release(connection, sql, values)

    async def _fetch_from_pool(self, sql: str, values: Sequence[Any]) -> list[Any]:
        return await self._fetch_and_release(await self.acquire(), sql, values)

    async def _fetch_and_release(self, connection: Any, sql: str, values: Sequence[Any]) -> list[Any]:
        try:
            with gone_as_one_error():
                return await connection.fetch(sql, *values)
        finally:
            await self.release(connection)

    @override
    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> list[Any]:
        """Piccolo's way in for queries."""
        sql, values = querystring.compile_string(engine_type=self.engine_type)
        return await self.fetch(sql, values)

    @override
    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[Any]:
        """Piccolo's way in for changes of tables."""
        return await self.fetch(ddl)

    @override
    def transaction(self, allow_nested: bool = True) -> KithTransaction:
        """A transaction for `async with`; inside another it is that one."""
        return KithTransaction(self, allow_nested=allow_nested)

    def transaction_on(self, connection: asyncpg.Connection) -> KithTransaction:
        """A transaction on a `connection` of the caller's own: every query inside runs there, as that one's role."""
        return BorrowedTransaction(self, connection)


DB = KithEngine()


def transaction() -> KithTransaction:
    """Everything inside `async with transaction()` is kept together or not at all."""
    return DB.transaction()


async def run(sql: str, *values: Any) -> list[dict[str, Any]]:
    """The rows that `sql` answers with, its $1, $2 … replaced by `values`. Raises DatabaseGone or asyncpg's errors."""
    return [dict(row) for row in await DB.fetch(sql, values)]


@contextmanager
def counting() -> Iterator[list[str]]:
    """Within it, every statement asked for is also put in the list that it gives (BEGIN and COMMIT are not)."""
    statements: list[str] = []
    token = counted.set(statements)
    try:
        yield statements
    finally:
        counted.reset(token)


class Prepared:
    """A query whose SQL is built once and run with new values: plain SQL with $1, or a Piccolo query, every value of
    which is a placeholder."""

    def __init__(self, query: Query | str) -> None:
        self.sql: str = query if isinstance(query, str) else query.querystrings[0].compile_string()[0]

    async def rows(self, *values: Any) -> list[dict[str, Any]]:
        """Every row, for `values` in the order of the placeholders. Raises DatabaseGone or asyncpg's errors."""
        return [dict(row) for row in await DB.fetch(self.sql, values)]

    async def first(self, *values: Any) -> dict[str, Any] | None:
        """The first row, or None when there is none."""
        found = await self.rows(*values)
        return found[0] if found else None
