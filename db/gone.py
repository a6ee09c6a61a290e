"""What counts as "the database is gone", and for how long it is tried again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import asyncpg

Answer = TypeVar("Answer")
PATIENCE = 10.0
LOST = (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError)
ENDED = (asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.TooManyConnectionsError)


class DatabaseGone(Exception):
    """The database does not answer. The site says 503 with Retry-After; nothing was done twice."""


def is_gone(error: BaseException) -> bool:
    """Whether `error` says that the connection is no more, as opposed to that the statement was wrong."""
    if isinstance(error, asyncpg.DataError | asyncpg.exceptions.DataError):
        return False
    if isinstance(error, asyncpg.InterfaceError):
        return any(words in str(error) for words in ("closed", "released back", "closing"))
    return isinstance(error, (*LOST, *ENDED, DatabaseGone))


@contextmanager
def gone_as_one_error() -> Iterator[None]:
    """Everything that says that the database is gone leaves as DatabaseGone; all else leaves as it is."""
    try:
        yield
    except Exception as error:
        if is_gone(error) and not isinstance(error, DatabaseGone):
            raise DatabaseGone("The database does not answer.") from error
        raise


async def again_while_gone(attempt: Callable[[], Awaitable[Answer]], patience: float | None = None) -> Answer:
    """What `attempt` answers, tried again while the database is gone. Raises DatabaseGone after `patience` seconds."""
    deadline = time.monotonic() + (PATIENCE if patience is None else patience)
    pause = 0.05
    while True:
        try:
            return await attempt()
        except Exception as error:
            if not is_gone(error):
                raise
            if time.monotonic() + pause > deadline:
                raise DatabaseGone("The database does not answer.") from error
        await asyncio.sleep(pause)
        pause = min(pause * 2, 0.5)
