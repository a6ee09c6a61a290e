"""Emails of people who work at practices: no patient is invited with one (decision 14)."""

from uuid import UUID

from db.engine import Prepared

_here = Prepared(
    "SELECT FROM member m LEFT JOIN account a ON a.id = m.account WHERE m.practice = $1"
    " AND (m.accepted_at IS NOT NULL OR m.declined_at IS NULL) AND (m.email_key = $2 OR a.email_key = $2) LIMIT 1"
)
_anywhere = Prepared(
    "SELECT FROM member m JOIN account a ON a.id = m.account WHERE m.active AND m.practice <> $1"
    " AND (m.email_key = $2 OR a.email_key = $2) LIMIT 1"
)


async def works_here(practice: UUID, key: str) -> bool:
    """Whether an email is linked to a member of the practice: one who works there, who did, or who is asked to."""
    return await _here.first(practice, key) is not None


async def works_anywhere(practice: UUID, key: str) -> bool:
    """Whether an email is linked to a member of the practice or to somebody who works at another one."""
    return await works_here(practice, key) or await _anywhere.first(practice, key) is not None
