"""The rows of the outbox that one worker has in hand: claimed, given back, marked."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from db.engine import DatabaseGone, run, transaction
from db.tables.bulk_invitation import BulkOutcome
from domain import clock
from domain.invitations import delivery
from domain.mail import MailKind
from emails.kinds import BUILDERS, WHEN_FAILED
from emails.letter import Owed

NO_LONGER_DUE = "no longer due"
LEASE = timedelta(minutes=3)
"""For how long a row is its worker's alone: longer than a batch, a connection and a mail may take together."""

# The rows to claim are found once, in a table of their own: as a plain subquery the planner may run it again and take
# more than the limit. Mails that are one of many get what is left of the limit, and so never hold up another. A
# worker's own claims are those that it could not finish while the database was away.
OPEN = """
    sent_at IS NULL AND failed_at IS NULL AND due_at <= $2 AND kind = ANY($5)
    AND (claimed_until IS NULL OR claimed_until <= $2 OR claim = $1)
    ORDER BY due_at, id
"""
CLAIM = f"""
WITH single AS MATERIALIZED (SELECT id FROM mail WHERE NOT bulk AND {OPEN} LIMIT $4 FOR UPDATE SKIP LOCKED),
many AS MATERIALIZED (
    SELECT id FROM mail WHERE bulk AND {OPEN} LIMIT $4 - (SELECT count(*) FROM single) FOR UPDATE SKIP LOCKED),
due AS (SELECT id FROM single UNION ALL SELECT id FROM many)
UPDATE mail SET claim = $1, claimed_until = $3, attempts = attempts + 1 FROM due WHERE mail.id = due.id
RETURNING mail.id, kind, subject, recipient, created_at, attempts, bulk, due_at
"""  # noqa: S608 - words of ours
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
OURS = "SELECT FROM mail WHERE id = $1 AND claim = $2"
Marks = tuple[Any, ...]
Telling = Callable[[], Awaitable[None]]
GIVE_BACK = """
UPDATE mail SET claim = NULL, claimed_until = NULL, attempts = attempts - 1 WHERE id = ANY($1) AND claim = $2
"""


class Claims:
    """What one worker has claimed, and what it has still to mark."""

    def __init__(self) -> None:
        self.id = uuid4()
        self.unmarked: list[tuple[Marks, Telling | None]] = []
        """What is to be marked, and who is told with it; it stays here while the database is away."""
        self.marking = asyncio.Lock()

    async def take(self, most: int) -> list[Owed]:
        """At most so many mails that are due, in the order in which they go."""
        now = clock.now()
        rows = await run(CLAIM, self.id, now, now + LEASE, most, [kind.value for kind in BUILDERS])
        return [
            Owed(row["id"], MailKind(row["kind"]), row["subject"], row["recipient"], row["created_at"], row["attempts"])
            for row in sorted(rows, key=lambda row: (row["bulk"], row["due_at"], row["id"]))
        ]

    async def give_back(self, rest: list[Owed]) -> None:
        """Lets others have what was not begun, as if it had never been claimed."""
        if rest:
            await run(GIVE_BACK, [owed.id for owed in rest], self.id)

    def sent(self, owed: Owed) -> None:
        """To be marked: the server has taken it."""
        self._mark(owed, clock.now(), None, None, None, BulkOutcome.SENT.value, "")

    def failed(self, owed: Owed, failure: str) -> None:
        """To be marked: it will never arrive. Its patients are Failed, or Cancelled when it was no longer due. Whoever
        sent it is told, together with the marking or not at all."""
        ended = (BulkOutcome.FAILED.value, delivery.reason(failure))
        if failure == NO_LONGER_DUE:
            ended = (BulkOutcome.CANCELLED.value, "")
        tell = WHEN_FAILED.get(owed.kind) if failure != NO_LONGER_DUE else None
        telling = partial(tell, owed.subject, owed.created_at, failure) if tell else None
        self._mark(owed, None, clock.now(), failure, None, *ended, telling=telling)

    def put_off(self, owed: Owed, failure: str, due_at: datetime) -> None:
        """To be marked: it is to be tried again. Its patients go on waiting."""
        self._mark(owed, None, None, failure, due_at, None, "")

    def _mark(self, owed: Owed, *marks: Any, telling: Telling | None = None) -> None:
        self.unmarked.append(((owed.id, self.id, *marks), telling))

    async def mark(self) -> None:
        """Marks all that is to be marked and still ours. Raises DatabaseGone: then it is marked the next time; and what
        the telling raises: then the mail is another worker's after a while."""
        async with self.marking:
            while self.unmarked:
                marks, telling = self.unmarked[0]
                await (run(FINISH, *marks) if telling is None else self._tell(marks, telling))
                self.unmarked.pop(0)

    async def _tell(self, marks: Marks, telling: Telling) -> None:
        """The invitation first, then the mail and its patients, as all do who lock them. Nothing where the mail has
        become another worker's, who may have sent it."""
        try:
            async with transaction():
                if await run(OURS, *marks[:2]):
                    await telling()
                    await run(FINISH, *marks)
        except DatabaseGone:
            raise
        except Exception:
            self.unmarked.pop(0)
            raise
