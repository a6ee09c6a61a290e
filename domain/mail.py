"""Owing mail. The floor above sends it."""

from datetime import timedelta
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


async def sweep() -> None:
    """Deletes what was sent 90 days ago: it holds addresses. The worker calls it."""
    await run("DELETE FROM mail WHERE sent_at < $1", clock.now() - SENT_IS_KEPT_FOR)
