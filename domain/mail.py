"""Owing mail. The floor above sends it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from db.engine import run
from db.ids import new_id
from domain import clock

SENT_IS_KEPT_FOR = timedelta(days=90)


class MailKind(StrEnum):
    """Every mail that Kith sends. Each has a builder of the same name in emails/, or nothing starts."""

    CONFIRM_EMAIL = "confirm-email"
    ALREADY_SIGNED_UP = "already-signed-up"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - a kind of mail
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a kind of mail
    ACCESS_REQUEST = "access-request"
    SET_UP = "set-up"
    ACCESS_DECISION = "access-decision"
    ACCESS_WIDENED = "access-widened"
    ACCESS_OFFER = "access-offer"
    ACCESS_CONSENT = "access-consent"
    INVITATION = "invitation"
    FAMILY_INVITATION = "family-invitation"
    PRACTICE_LINKED = "practice-linked"
    PRACTICE_UNLINKED = "practice-unlinked"
    UPDATE_DECIDED = "update-decided"
    MEMBER_SET_UP = "member-set-up"
    MEMBER_REQUEST = "member-request"


async def owe(kind: MailKind, subject: UUID, recipient: str, *, once: str = "") -> None:
    """Writes one mail into the outbox, inside the caller's transaction.

    `subject` is the row that it tells of; `once` tells this mail from others of its kind and subject: with the same
    kind, subject, recipient and `once` it is owed a single time.
    """
    now = clock.now()
    await run(
        "INSERT INTO mail (id, kind, subject, recipient, key, created_at, due_at, attempts)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ON CONFLICT (key) DO NOTHING",
        new_id(),
        kind.value,
        subject,
        recipient,
        f"{kind}:{subject}:{recipient}:{once}",
        now,
        now,
    )


async def owe_many(
    kind: MailKind, owed: Sequence[tuple[UUID, str, str]], *, due_at: datetime, bulk: bool = True
) -> list[UUID]:
    """Writes mails of one kind in one statement, inside the caller's transaction: each a subject, a recipient and a
    `once`, as `owe` has them. None goes before `due_at`, and with `bulk` none before any other mail that is due. Gives
    the ids of the mails, in their order.

    Raises asyncpg's UniqueViolationError for one that is owed already.
    """
    ids = [new_id() for _ in owed]
    await run(
        "INSERT INTO mail (id, kind, subject, recipient, key, created_at, due_at, attempts, bulk)"
        " SELECT id, $2, subject, recipient, key, $6, $7, 0, $8"
        " FROM unnest($1::uuid[], $3::uuid[], $4::text[], $5::text[]) AS owed (id, subject, recipient, key)",
        ids,
        kind.value,
        [subject for subject, _, _ in owed],
        [recipient for _, recipient, _ in owed],
        [f"{kind}:{subject}:{recipient}:{once}" for subject, recipient, once in owed],
        clock.now(),
        due_at,
        bulk,
    )
    return ids


async def sweep() -> None:
    """Deletes what was sent 90 days ago: it holds addresses. The worker calls it."""
    await run("DELETE FROM mail WHERE sent_at < $1", clock.now() - SENT_IS_KEPT_FOR)
