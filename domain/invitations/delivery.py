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
    last sent says nothing about the newer one."""
    async with transaction():
        marked = await run(
            "UPDATE invitation SET state = 'Undeliverable', failure = $3 WHERE id = $1 AND state = 'Pending'"
            " AND sent_at <= $2 RETURNING practice, patient",
            invitation,
            owed_at,
            reason(failure),
        )
        for row in marked:
            practice, patient = row["practice"], row["patient"]
            await tell(NotificationKind.INVITATION_UNDELIVERABLE, practice, invitation, patient=patient)
            await audit.record("invitation:undeliverable", account=None, practice=practice, subject=invitation)
