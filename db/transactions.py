"""Transactions that always give their connection back, and the connections that a pool keeps."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

import asyncpg
from piccolo.engine.postgres import PostgresTransaction

from db.gone import again_while_gone, gone_as_one_error

if TYPE_CHECKING:
    from db.engine import KithEngine


class PooledConnection(asyncpg.Connection):
    """A connection that goes back to its pool without asking the server for anything.

    Kith sets no session state (a transaction pooler would lose it), so there is nothing to reset; only a transaction
    left open by a cancelled request is ended.
    """

    async def reset(self, *, timeout: float | None = None) -> None:
        self._check_open()
        self._listeners.clear()
        self._log_listeners.clear()
        self._top_xact = None  # of a request that was cancelled in its BEGIN
        if self.is_in_transaction():
            await self.execute("ROLLBACK", timeout=timeout)


class KithTransaction(PostgresTransaction):
    """Piccolo's transaction, which also gives its connection back when the commit or rollback fails.

    A transaction inside another is the outer one: `async with (await tx.savepoint()) …` is for parts that may fail.
    """

    __slots__ = ("kith",)

    def __init__(self, engine: "KithEngine", allow_nested: bool = True) -> None:
        super().__init__(engine, allow_nested)
        self.kith = engine

    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            return self._parent
        await again_while_gone(self._open)
        self.context: Any = self.engine.current_transaction.set(self)
        return self

    async def _open(self) -> None:
        self.connection = await self.kith.acquire()
        try:
            self.transaction = self.connection.transaction()
            await self.begin()
        except BaseException:
            await self._give_back()
            raise

    async def _give_back(self) -> None:
        await self.kith.release(self.connection)

    async def __aexit__(self, kind: Any, exception: Any, traceback: Any) -> Literal[False]:
        if self._parent is not None:
            return False
        try:
            with gone_as_one_error():
                await self._end(failed=exception is not None)
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._give_back()
        return False

    async def _end(self, *, failed: bool) -> None:
        if self._committed or self._rolled_back:
            return
        if failed:
            # What went wrong inside is the news; with the connection lost the server has rolled back by itself.
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await self.rollback()
        else:
            await self.commit()


class BorrowedTransaction(KithTransaction):
    """A transaction on a connection that somebody else opened and will close, such as the owner's."""

    __slots__ = ("_borrowed",)

    def __init__(self, engine: "KithEngine", connection: asyncpg.Connection) -> None:
        super().__init__(engine, allow_nested=False)
        self._borrowed = connection

    async def _open(self) -> None:
        self.connection = self._borrowed
        self.transaction = self.connection.transaction()
        await self.begin()

    async def _give_back(self) -> None:
        """Whoever lent the connection closes it."""
