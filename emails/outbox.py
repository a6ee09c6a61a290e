"""The mail that is owed: claimed, written, sent and marked. Any number of workers do so at once.

A mail is sent at least once and, but for a worker or a connection that dies in the moment of sending, only once; a
copy has the same Message-ID.
"""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from db.engine import DatabaseGone, run
from db.tables.bulk_invitation import BulkOutcome
from domain import clock
from domain.invitations import delivery
from domain.journal import note
from domain.mail import MailKind
from emails.compose import compose, sender_address
from emails.kinds import BUILDERS, WHEN_FAILED
from emails.letter import NoLongerDue, NoSuchMailbox, Owed
from emails.smtp import CONNECTED_WITHIN, NO_MAILBOX, SENT_WITHIN, NotNow, Post, ServerAway, Undeliverable
from emails.sound import BadMessage
from settings import Settings

NO_LONGER_DUE = "no longer due"
BATCH = 20
LEASE = timedelta(minutes=3)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
MOST_ATTEMPTS = 56
"""With these pauses about two days."""

# The rows to claim are found once, in a table of their own: as a plain subquery the planner may run it again and take
# more than the limit. A worker's own claims are those that it could not finish while the database was away.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM mail
    WHERE sent_at IS NULL AND failed_at IS NULL AND due_at <= $2 AND kind = ANY($5)
      AND (claimed_until IS NULL OR claimed_until <= $2 OR claim = $1)
    ORDER BY due_at, id LIMIT $4 FOR UPDATE SKIP LOCKED)
UPDATE mail SET claim = $1, claimed_until = $3, attempts = attempts + 1 FROM due WHERE mail.id = due.id
RETURNING mail.id, kind, subject, recipient, created_at, due_at, attempts
"""
# The chosen patients whom a mail tells have their outcome with it, in the same statement: a count that was true before
# it is true after it.
FINISH = """
WITH marked AS (
    UPDATE mail SET sent_at = $3, failed_at = $4, failure = $5, due_at = coalesce($6, due_at), claim = NULL,
        claimed_until = NULL
    WHERE id = $1 AND claim = $2 RETURNING id)
UPDATE bulk_invitation_patient p SET outcome = $7, reason = $8
FROM marked WHERE p.mail = marked.id AND p.outcome = 'Waiting' AND $7::text IS NOT NULL
"""
GIVE_BACK = """
UPDATE mail SET claim = NULL, claimed_until = NULL, attempts = attempts - 1 WHERE id = ANY($1) AND claim = $2
"""


def pause_after(attempts: int) -> timedelta:
    """How long a mail waits after so many attempts: twice as long each time, up to an hour, give or take a half."""
    longest = min(FIRST_PAUSE * 2.0 ** min(attempts - 1, 20), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1.5)  # noqa: S311 - spreads the load, keeps no secret


def outcome(sent_at: Any = None, failed_at: Any = None, failure: str = "", **_: Any) -> tuple[str | None, str]:
    """What became of a chosen patient whose mail is marked so, and why. None while it is owed."""
    if sent_at:
        return BulkOutcome.SENT.value, ""
    if not failed_at:
        return None, ""
    if failure == NO_LONGER_DUE:
        return BulkOutcome.CANCELLED.value, ""
    return BulkOutcome.FAILED.value, delivery.reason(failure)


class Outbox:
    """One worker's hands on the outbox."""

    def __init__(self, settings: Settings, post: Post) -> None:
        self.settings = settings
        self.post = post
        self.claim = uuid4()
        self.unmarked: list[tuple[Any, ...]] = []
        """What could not be marked because the database went away in between."""

    async def turn(self, stopping: Callable[[], bool]) -> int:
        """Claims a batch, sends it, and tells how many it claimed. What is not begun when `stopping` says so, or when
        the lease runs out, is given back. Raises DatabaseGone, and ServerAway when there is no connection to be had."""
        await self._mark_left_over()
        deadline = time.monotonic() + LEASE.total_seconds() - CONNECTED_WITHIN - SENT_WITHIN
        claimed = await self._claim()
        for place, owed in enumerate(claimed):
            if stopping() or time.monotonic() > deadline:
                await self._give_back(claimed[place:])
                break
            try:
                await self._deliver(owed)
            except ServerAway:
                await self._give_back(claimed[place + 1 :])
                raise
        return len(claimed)

    async def _claim(self) -> list[Owed]:
        now = clock.now()
        rows = await run(CLAIM, self.claim, now, now + LEASE, BATCH, [kind.value for kind in BUILDERS])
        return [
            Owed(
                row["id"],
                MailKind(row["kind"]),
                *(row[name] for name in ("subject", "recipient", "created_at", "attempts")),
            )
            for row in sorted(rows, key=lambda row: (row["due_at"], row["id"]))
        ]

    async def _give_back(self, rest: list[Owed]) -> None:
        if rest:
            await run(GIVE_BACK, [owed.id for owed in rest], self.claim)

    async def _deliver(self, owed: Owed) -> None:
        if owed.attempts > MOST_ATTEMPTS:
            await self._fail(owed, "given up")
            return
        message = await self._written(owed)
        if message is None:
            return
        try:
            await self.post.send(sender_address(self.settings.mail_from), owed.recipient, message)
        except Undeliverable as refusal:
            await self._fail(owed, refusal.failure)
        except NotNow as refusal:
            await self._try_later(owed, refusal.failure)
            if isinstance(refusal, ServerAway):
                raise
        except ValueError:
            await self._fail(owed, "the address cannot be written to")
        else:
            await self._finish(owed, sent_at=clock.now())
            note("mail sent", mail=owed.id, kind=owed.kind, attempts=owed.attempts)

    async def _written(self, owed: Owed) -> bytes | None:
        """The message; None for one that cannot or need not be written, which is marked as such."""
        try:
            letter = await BUILDERS[owed.kind](owed, self.settings)
            return compose(letter, owed, self.settings.mail_from, clock.now())
        except (DatabaseGone, asyncio.CancelledError):
            raise
        except NoLongerDue:
            await self._end(owed, NO_LONGER_DUE)
        except NoSuchMailbox:
            await self._fail(owed, NO_MAILBOX)
        except BadMessage as error:
            note("mail not written", mail=owed.id, kind=owed.kind, error=str(error))
            await self._fail(owed, "could not be written")
        except Exception as error:  # noqa: BLE001 - one mail that cannot be written must not stop the others
            note("mail not written", mail=owed.id, kind=owed.kind, error=type(error).__name__)
            await self._fail(owed, "could not be written")
        return None

    async def _fail(self, owed: Owed, failure: str) -> None:
        """Tells whoever sent it, and only then ends it: a worker that dies in between tells them again."""
        if owed.kind in WHEN_FAILED:
            await WHEN_FAILED[owed.kind](owed.subject, owed.created_at, failure)
        await self._end(owed, failure)

    async def _end(self, owed: Owed, failure: str) -> None:
        await self._finish(owed, failed_at=clock.now(), failure=failure)
        note("mail failed", mail=owed.id, kind=owed.kind, attempts=owed.attempts, failure=failure)

    async def _try_later(self, owed: Owed, failure: str) -> None:
        if owed.attempts >= MOST_ATTEMPTS:
            await self._fail(owed, f"given up: {failure}")
            return
        await self._finish(owed, failure=failure, due_at=clock.now() + pause_after(owed.attempts))
        note("mail put off", mail=owed.id, kind=owed.kind, attempts=owed.attempts, failure=failure)

    async def _finish(self, owed: Owed, **marks: Any) -> None:
        """Marks a mail, if it is still ours. One that the database was not there for is marked as soon as it is."""
        values = (owed.id, self.claim, *(marks.get(name) for name in ("sent_at", "failed_at", "failure", "due_at")))
        self.unmarked.append((*values, *outcome(**marks)))
        await self._mark_left_over()

    async def _mark_left_over(self) -> None:
        while self.unmarked:
            await run(FINISH, *self.unmarked[0])
            self.unmarked.pop(0)
