"""How fast all workers together may send: KITH_MAIL_PER_MINUTE."""

import math
from datetime import datetime, timedelta

from db.engine import run
from domain import clock

USED_WITHIN = timedelta(seconds=1)
"""A slot whose mail is not begun by then is lost."""
BURSTS_A_MINUTE, LARGEST_BURST = 20, 20
CLOCK_WAS_MOVED = timedelta(minutes=2)
"""No slot is granted so far ahead: the clock was further on when that was written."""

# Compares and sets: of two workers that read the same, one asks again.
TAKE = """
INSERT INTO mail_rate AS r (id, next_at) VALUES (1, $1)
ON CONFLICT (id) DO UPDATE SET next_at = $1 WHERE r.next_at = $2 RETURNING id
"""


class RateReached(Exception):
    """No mail may go now, but one in so many `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds} s")
        self.seconds = seconds


class Rate:
    """At most `per_minute` mails are begun in any minute, by however many workers; None: as many as there are.

    The generic cell rate algorithm: the table's `next_at` is when the next mail would go if they went evenly, and may
    run ahead of the clock by a small burst. Burst and pace are such that together they never exceed the limit.
    """

    def __init__(self, per_minute: int | None) -> None:
        self.per_minute = per_minute
        limit = per_minute or 1
        self.burst = min(max(limit // BURSTS_A_MINUTE, 1), LARGEST_BURST)
        self.apart = (timedelta(minutes=1) + USED_WITHIN) / (limit - self.burst + 1)

    @property
    def most(self) -> int:
        """How many it is worth asking for at once."""
        return LARGEST_BURST if self.per_minute is None else self.burst

    async def demand_free(self) -> None:
        """Raises RateReached unless a slot is free."""
        if self.per_minute is None:
            return
        now, _, ahead = await self._read()
        over = ahead - now - self.apart * (self.burst - 1)
        if over > timedelta():
            raise RateReached(over.total_seconds())

    async def take(self, most: int) -> int:
        """How many slots were granted, at most so many. They are to be used at once."""
        if self.per_minute is None:
            return most
        while True:
            now, stored, ahead = await self._read()
            free = min(most, math.floor(self.burst - (ahead - now) / self.apart))
            if free < 1:
                return 0
            if await run(TAKE, ahead + self.apart * free, stored):
                return free

    async def _read(self) -> tuple[datetime, datetime | None, datetime]:
        """Now, the row as it stands, and when the next mail would go."""
        now = clock.now()
        rows = await run("SELECT next_at FROM mail_rate WHERE id = 1")
        stored = rows[0]["next_at"] if rows else None
        return now, stored, max(now, stored) if stored and stored < now + CLOCK_WAS_MOVED else now
