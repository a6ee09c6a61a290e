"""Who is another by the time the mail goes than when they were invited, as one of many (K8): theirs does not go."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from db.engine import run, transaction
from domain import audit, clock
from domain.notifications import wait_again

REASON = "Their details changed before it went"
SINCE = "(m.bulk AND (NOT p.active OR p.deceased_on IS NOT NULL OR p.email_key <> i.email_key))"
"""Of a mail m, its invitation i and the patient p: inactive, dead, or with another email than was invited."""


async def left(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the rows about invitations (id, changed) that are not `changed`; the others are called off: Cancelled,
    with the reason at the patient's outcome."""
    if gone := [row["id"] for row in rows if row["changed"]]:
        async with transaction():
            await _call_off(gone)
    return [row for row in rows if not row["changed"]]


async def _call_off(invitations: Sequence[UUID]) -> None:
    """The invitations first, in the order of their ids, as everybody does who takes more than one kind of row."""
    rows = await run(
        "WITH held AS MATERIALIZED (SELECT id FROM invitation WHERE id = ANY ($1) AND state = 'Pending' ORDER BY id"
        "  FOR UPDATE) UPDATE invitation i SET state = 'Cancelled', cancelled_at = $2, link_version = link_version + 1"
        " FROM held WHERE i.id = held.id RETURNING i.id, i.practice",
        invitations,
        clock.now(),
    )
    ids = [row["id"] for row in rows]
    await run(
        "UPDATE bulk_invitation_patient SET outcome = 'Cancelled', reason = $2 WHERE invitation = ANY ($1)"
        " AND outcome = 'Waiting'",
        ids,
        REASON,
    )
    await wait_again(ids)
    for practice in {row["practice"] for row in rows}:
        theirs = [row["id"] for row in rows if row["practice"] == practice]
        await audit.record_many("invitation:cancel", theirs, account=None, practice=practice)
