"""What happens to one invitation while its mail, one of many, is still owed: the count stays true."""

from collections.abc import Sequence
from uuid import UUID

from db.engine import run
from domain import clock
from domain.notifications import wait_again


async def called_off(invitations: Sequence[UUID]) -> None:
    """They were cancelled, each by itself, in the caller's transaction, which holds them. Of those whose mail no worker
    has in hand yet, what was told of earlier ones waits again."""
    rows = await run(
        "WITH ended AS (UPDATE bulk_invitation_patient SET outcome = 'Cancelled' WHERE invitation = ANY ($1)"
        "  AND outcome = 'Waiting' RETURNING invitation, mail)"
        " SELECT ended.invitation FROM ended JOIN mail m ON m.id = ended.mail"
        " WHERE m.sent_at IS NULL AND (m.claimed_until IS NULL OR m.claimed_until <= $2)",
        invitations,
        clock.now(),
    )
    if rows:
        await wait_again([row["invitation"] for row in rows])


async def sent_anew(invitation: UUID) -> None:
    """It was sent by itself, in the caller's transaction: what becomes of that mail is the patient's outcome."""
    await run(
        "UPDATE bulk_invitation_patient SET mail = (SELECT id FROM mail WHERE subject = $1 AND kind = 'invitation'"
        "  ORDER BY created_at DESC LIMIT 1) WHERE invitation = $1 AND outcome = 'Waiting'",
        invitation,
    )
