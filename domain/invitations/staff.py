"""Emails of people who work at practices: no patient is invited with one (decision 14)."""

from collections.abc import Sequence
from uuid import UUID

from db.engine import Prepared

KEYS_HERE = (
    "SELECT m.email_key FROM member m WHERE m.practice = $1 AND (m.accepted_at IS NOT NULL OR m.declined_at IS NULL)"
    " UNION SELECT a.email_key FROM member m JOIN account a ON a.id = m.account WHERE m.practice = $1"
    " AND (m.accepted_at IS NOT NULL OR m.declined_at IS NULL)"
)
"""The keys of all emails of whom `works_here` says that they do, of a practice $1."""
_here = Prepared(
    "SELECT FROM member m LEFT JOIN account a ON a.id = m.account WHERE m.practice = $1"
    " AND (m.accepted_at IS NOT NULL OR m.declined_at IS NULL) AND (m.email_key = $2 OR a.email_key = $2) LIMIT 1"
)
_counts = (
    "m.practice = asked.practice AND (m.accepted_at IS NOT NULL OR m.declined_at IS NULL)"
    " OR m.practice <> asked.practice AND m.active AND m.account IS NOT NULL"
)
_anywhere = Prepared(
    "WITH asked AS (SELECT * FROM unnest($1::uuid[], $2::text[]) AS pairs (practice, key))"  # noqa: S608 - words of ours
    " SELECT asked.practice, asked.key FROM asked JOIN member m ON m.email_key = asked.key"
    f" WHERE {_counts} UNION SELECT asked.practice, asked.key FROM asked JOIN account a ON a.email_key = asked.key"
    f" JOIN member m ON m.account = a.id WHERE {_counts}"
)


async def works_here(practice: UUID, key: str) -> bool:
    """Whether an email is linked to a member of the practice: one who works there, who did, or who is asked to."""
    return await _here.first(practice, key) is not None


async def works_anywhere(practice: UUID, key: str) -> bool:
    """Whether an email is linked to a member of the practice or to somebody who works at another one."""
    return bool(await working_anywhere([(practice, key)]))


async def working_anywhere(asked: Sequence[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Those of many practices and emails for which `works_anywhere` says yes, in one statement."""
    rows = await _anywhere.rows([practice for practice, _ in asked], [key for _, key in asked])
    return {(row["practice"], row["key"]) for row in rows}
