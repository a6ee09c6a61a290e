"""What time it is. Everything asks here; no SQL says now().

The QA room can move the clock: an offset kept in the database, which each request and each turn of the worker reads
again. In production nothing ever sets it.
"""

from datetime import UTC, datetime, timedelta

from db.engine import run

PRESSED_TWICE_WITHIN = timedelta(minutes=1)
"""How soon the same, sent again by the same person, is the button pressed twice."""
_offset = timedelta()


def now() -> datetime:
    """This moment in UTC, moved by the QA room's offset."""
    return datetime.now(UTC) + _offset


def offset() -> timedelta:
    """How far this process's clock stands from real time."""
    return _offset


def set_offset(offset: timedelta) -> None:
    """Takes over an offset that was read with another query."""
    global _offset
    _offset = offset


async def read() -> None:
    """Takes over the database's offset."""
    rows = await run("SELECT clock_offset FROM deployment")
    set_offset(rows[0]["clock_offset"] if rows else timedelta())


async def move(offset: timedelta) -> None:
    """Moves the clock of every process by `offset` from real time."""
    await run("UPDATE deployment SET clock_offset = $1", offset)
    set_offset(offset)
