"""A practice did not take over everything that was changed in a portal. Which details and why stands in the portal."""

from db.engine import run
from domain.addresses import email_key
from emails.letter import Letter, Owed, link, still_due
from settings import Settings

DECIDED = (
    "SELECT c.name AS practice, p.id AS portal, p.name AS whose, coalesce(p.owner = told.id, false) AS own"
    " FROM patient_update u JOIN practice c ON c.id = u.practice"
    " JOIN patient t ON t.id = u.patient AND t.portal = u.portal JOIN portal p ON p.id = u.portal"
    " JOIN account told ON told.email_key = $2 WHERE u.id = $1 AND u.state = 'Decided'"
    " AND (p.owner = told.id OR (p.owner IS NULL AND EXISTS (SELECT FROM access a JOIN guardian_confirmation g"
    "  ON g.access = a.id AND g.patient = u.patient AND g.state = 'Confirmed' WHERE a.portal = p.id"
    "  AND a.account = told.id AND a.status = 'Current' AND a.basis IS NOT NULL)))"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the update `owed.subject`, to one who controls the portal and to whom the practice shows
    itself. Raises NoLongerDue, also for one of whom that is true no longer."""
    row = still_due(await run(DECIDED, owed.subject, email_key(owed.recipient)))
    return Letter(
        "update_decided",
        {
            "practice": row["practice"],
            "whose": row["whose"],
            "own": row["own"],
            "link": link(settings, "portal", row["portal"], "profile"),
        },
    )
