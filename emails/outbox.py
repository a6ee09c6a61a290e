"""The mail that is owed: claimed, written, sent and marked. Any number of workers do so at once.

A mail is sent at least once and, but for a worker or a connection that dies in the moment of sending, only once; a
copy has the same Message-ID. A worker has one mail under way at a time: the next is written while the server answers,
and announced to it while the last is marked, but its text goes only when the last is marked.
"""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import zip_longest

from db.engine import DatabaseGone
from domain import clock
from domain.journal import note
from emails.claims import NO_LONGER_DUE, Claims
from emails.compose import sender_address
from emails.letter import NoLongerDue, NoSuchMailbox, Owed
from emails.rate import USED_WITHIN, Rate
from emails.refusals import NO_MAILBOX, NotNow, ServerAway, Undeliverable
from emails.smtp import Post
from emails.sound import BadMessage
from emails.writing import Letters, Written, read, write
from settings import Settings

BATCH = 20
FRESH = USED_WITHIN.total_seconds()
"""Seconds after which what is left of a batch is given back, to be read anew: so long may a mail go that was cancelled
meanwhile, and so long does a mail that is more urgent wait for one of many."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
MOST_ATTEMPTS = 56
"""With these pauses about two days."""


def pause_after(attempts: int) -> timedelta:
    """How long a mail waits after so many attempts: twice as long each time, up to an hour, give or take a half."""
    longest = min(FIRST_PAUSE * 2.0 ** min(attempts - 1, 20), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1.5)  # noqa: S311 - spreads the load, keeps no secret


class Outbox:
    """One worker's hands on the outbox."""

    def __init__(self, settings: Settings, post: Post) -> None:
        self.settings = settings
        self.post = post
        self.rate = Rate(settings.mail_per_minute)
        self.claims = Claims()
        self.marking: asyncio.Task[None] | None = None
        """Of the mail that was sent last."""

    async def turn(self, stopping: Callable[[], bool]) -> int:
        """Claims a batch, sends it, and tells how many it claimed. What is not begun when `stopping` says so, or within
        a second, is given back. Raises DatabaseGone, RateReached when none may go yet, and ServerAway when there is no
        connection to be had."""
        await self.marked()
        await self.rate.demand_free()
        claimed = await self.claims.take(min(BATCH, self.rate.most))
        if claimed:
            await self._connect(claimed)
            stale_at = time.monotonic() + FRESH
            letters = await read(claimed, self.settings)
            allowed = await self.rate.take(len(claimed))
            await self.claims.give_back(claimed[allowed:])
            await self._send(claimed[:allowed], letters, stale_at, stopping)
            await self.marked()
        return len(claimed)

    async def marked(self) -> None:
        """Returns when all that was sent is marked. Raises DatabaseGone."""
        if self.marking:
            await self.marking
        await self.claims.mark()

    async def _connect(self, claimed: list[Owed]) -> None:
        """A server that is away costs the first mail an attempt and no other."""
        try:
            await self.post.connect()
        except ServerAway as away:
            await self.claims.give_back(claimed[1:])
            await self._try_later(claimed[0], away.failure)
            raise

    async def _send(self, batch: list[Owed], letters: Letters, stale_at: float, stopping: Callable[[], bool]) -> None:
        following: Written = await write(batch[0], letters, self.settings) if batch else b""
        for place, (owed, after) in enumerate(zip_longest(batch, batch[1:])):
            if stopping() or (place and time.monotonic() > stale_at):
                await self.claims.give_back(batch[place:])
                return
            message = following
            try:
                _, following = await asyncio.gather(
                    self._deliver(owed, message), write(after or owed, letters, self.settings)
                )
            except ServerAway:
                await self.claims.give_back(batch[place + 1 :])
                raise

    async def _deliver(self, owed: Owed, message: Written) -> None:
        if owed.attempts > MOST_ATTEMPTS:
            await self._fail(owed, "given up")
            return
        if isinstance(message, Exception):
            await self._not_written(owed, message)
            return
        try:
            await self.post.send(sender_address(self.settings.mail_from), owed.recipient, message, self.marked)
        except Undeliverable as refusal:
            await self._fail(owed, refusal.failure)
        except NotNow as refusal:
            await self._try_later(owed, refusal.failure)
            if isinstance(refusal, ServerAway):
                raise
        except ValueError:
            await self._fail(owed, "the address cannot be written to")
        else:
            self.claims.sent(owed)
            self.marking = asyncio.create_task(self._mark_sent(owed))

    async def _mark_sent(self, owed: Owed) -> None:
        """While the next is announced. What goes wrong here is tried again, and told, before the next one's text."""
        with suppress(Exception):
            await self.claims.mark()
            note("mail sent", mail=owed.id, kind=owed.kind, attempts=owed.attempts)

    async def _not_written(self, owed: Owed, error: Exception) -> None:
        """One mail that cannot be written must not stop the others."""
        if isinstance(error, DatabaseGone):
            raise error
        if isinstance(error, NoLongerDue):
            await self._fail(owed, NO_LONGER_DUE)
            return
        if isinstance(error, NoSuchMailbox):
            await self._fail(owed, NO_MAILBOX)
            return
        said = str(error) if isinstance(error, BadMessage) else type(error).__name__
        note("mail not written", mail=owed.id, kind=owed.kind, error=said)
        await self._fail(owed, "could not be written")

    async def _fail(self, owed: Owed, failure: str) -> None:
        self.claims.failed(owed, failure)
        await self.claims.mark()
        note("mail failed", mail=owed.id, kind=owed.kind, attempts=owed.attempts, failure=failure)

    async def _try_later(self, owed: Owed, failure: str) -> None:
        if owed.attempts >= MOST_ATTEMPTS:
            await self._fail(owed, f"given up: {failure}")
            return
        self.claims.put_off(owed, failure, clock.now() + pause_after(owed.attempts))
        await self.claims.mark()
        note("mail put off", mail=owed.id, kind=owed.kind, attempts=owed.attempts, failure=failure)
