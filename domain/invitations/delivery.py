"""What becomes of an invitation whose mail could not be delivered."""

from datetime import datetime
from uuid import UUID

from db.engine import run, transaction
from domain import audit
from domain.notifications import NotificationKind, tell

NO_MAILBOX = "There is no such mailbox. Check the address with the patient"
NO_ADDRESS = "This address cannot be written to. Check it with the patient"
FULL = "The mailbox is full. Try again later, or ask for another address"
AWAY = "The patient’s mail server could not be reached for two days"
TURNED_AWAY = "The patient’s mail server did not take the email"
# Its first mail was one of many, and that one came back.
_OF_MANY = (
    "SELECT FROM bulk_invitation_patient p JOIN mail m ON m.id = p.mail WHERE p.invitation = $1 AND m.bulk"
    " AND m.created_at = $2"
)


def reason(failure: str) -> str:
    """A mail's failure (a code and an enhanced status, RFC 3463, or our own words) as a practice reads it."""
    if failure.startswith("given up"):
        return AWAY
    if not failure[:3].isdigit():
        return NO_ADDRESS
    code, _, enhanced = failure.partition(" ")
    if enhanced == "5.2.2" or code == "552":
        return FULL
    if enhanced.startswith("5.1.") or (code in ("550", "551", "553") and not enhanced):
        return NO_MAILBOX
    return TURNED_AWAY


async def failed(invitation: UUID, owed_at: datetime, failure: str) -> None:
    """Marks an invitation Undeliverable and tells the practice, once. A mail that was owed before the invitation was
    last sent says nothing about the newer one. Of one of many no notification tells: the bulk invitation counts it."""
    async with transaction():
        marked = await run(
            "UPDATE invitation SET state = 'Undeliverable', failure = $3 WHERE id = $1 AND state = 'Pending'"
            " AND sent_at <= $2 RETURNING practice, patient",
            invitation,
            owed_at,
            reason(failure),
        )
        of_many = marked and await run(_OF_MANY, invitation, owed_at)
        for row in marked:
            practice, patient = row["practice"], row["patient"]
            if not of_many:
                await tell(NotificationKind.INVITATION_UNDELIVERABLE, practice, invitation, patient=patient)
            await audit.record("invitation:undeliverable", account=None, practice=practice, subject=invitation)
