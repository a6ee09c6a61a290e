"""A practice is linked to a portal: those who read its part there now are told (decision 17)."""

from db.engine import run
from domain import portals
from domain.addresses import email_key
from domain.errors import NotFound
from emails.letter import Letter, NoLongerDue, Owed, link, still_due
from settings import Settings

LINKED = (
    "SELECT c.name AS practice, p.portal, who.id AS account, who.name FROM patient p"
    " JOIN practice c ON c.id = p.practice JOIN account who ON who.email_key = $2"
    " WHERE p.id = $1 AND p.portal IS NOT NULL"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the patient `owed.subject`. Raises NoLongerDue, also for one who opens the portal no longer or
    to whom the practice does not show itself."""
    row = still_due(await run(LINKED, owed.subject, email_key(owed.recipient)))
    try:
        visit = await portals.visit(row["account"], row["name"], row["portal"])
    except NotFound as error:
        raise NoLongerDue from error
    if owed.subject not in visit.patients:
        raise NoLongerDue
    return Letter(
        "practice_linked",
        {
            "practice": row["practice"],
            "whose": visit.name,
            "own": visit.owns,
            "controls": visit.controls,
            "link": link(settings, "portal", row["portal"], "access" if visit.controls else ""),
        },
    )
