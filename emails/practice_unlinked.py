"""A practice has ended the link of its patient to a portal: those who decide about the portal are told."""

from db.engine import run
from domain import portals
from domain.addresses import email_key
from domain.errors import NotFound
from emails.letter import Letter, NoLongerDue, Owed, link, still_due
from settings import Settings

# Links of one portal end one after the other, so the first line of the trail since the mail was owed tells of this one.
UNLINKED = (
    "SELECT c.name AS practice, who.id AS account, who.name FROM event e JOIN practice c ON c.id = e.practice"
    " JOIN account who ON who.email_key = $2 WHERE e.portal = $1 AND e.kind = 'patient:unlink' AND e.at >= $3"
    " ORDER BY e.seq LIMIT 1"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the portal `owed.subject`. Raises NoLongerDue, also for one who decides about it no longer."""
    row = still_due(await run(UNLINKED, owed.subject, email_key(owed.recipient), owed.created_at))
    try:
        visit = await portals.visit(row["account"], row["name"], owed.subject)
    except NotFound as error:
        raise NoLongerDue from error
    if not visit.controls:
        raise NoLongerDue
    return Letter(
        "practice_unlinked",
        {
            "practice": row["practice"],
            "whose": visit.name,
            "own": visit.owns,
            "link": link(settings, "portal", owed.subject, ""),
        },
    )
