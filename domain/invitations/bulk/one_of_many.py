"""What happens to one invitation while its mail, one of many, is still owed: the count stays true."""

from collections.abc import Sequence
from uuid import UUID

from db.engine import run


async def called_off(invitations: Sequence[UUID]) -> None:
    """They were cancelled, each by itself, in the caller's transaction."""
    await run(
        "UPDATE bulk_invitation_patient SET outcome = 'Cancelled' WHERE invitation = ANY ($1) AND outcome = 'Waiting'",
        invitations,
    )


async def sent_anew(invitation: UUID) -> None:
    """It was sent by itself, in the caller's transaction: what becomes of that mail is the patient's outcome."""
    await run(
        "UPDATE bulk_invitation_patient SET mail = (SELECT id FROM mail WHERE subject = $1 AND kind = 'invitation'"
        "  ORDER BY created_at DESC LIMIT 1) WHERE invitation = $1 AND outcome = 'Waiting'",
        invitation,
    )
