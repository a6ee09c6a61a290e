"""A practice invites several patients with one email, each to be accepted or declined on one page (K3)."""

from collections.abc import Sequence

from db.engine import run
from domain import clock
from domain.dates import long_date
from domain.invitations import staff
from domain.portals import called
from domain.tokens import Purpose
from emails.compose import Written, written
from emails.letter import Letter, Link, NoSuchMailbox, Owed, signed_link, still_due
from emails.words import lines_unlinked, unlinked
from settings import Settings

FAMILY = (
    "SELECT f.id, f.link_version, f.message, f.expires_at, f.email_key, f.practice, c.name, c.phone, c.timezone,"
    " known.id IS NOT NULL AS has_login FROM family_invitation f JOIN practice c ON c.id = f.practice"
    " LEFT JOIN account known ON known.email_key = f.email_key"
    " WHERE f.id = $1 AND f.expires_at > $2 AND f.sent_at <= $3"
)
WAITING = (
    "SELECT p.first_name, p.preferred_name FROM invitation i JOIN patient p ON p.id = i.patient"
    " WHERE i.family = $1 AND i.state = 'Pending' AND i.expires_at > $2 ORDER BY i.created_at, p.birth_date DESC, p.id"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the family invitation `owed.subject`, to the email that was invited: it names whoever has no
    answer yet by what they are called.

    Raises NoLongerDue, and NoSuchMailbox for an email of somebody who works at a practice (decision 14).
    """
    now = clock.now()
    row = still_due(await run(FAMILY, owed.subject, now, owed.created_at))
    waiting = await run(WAITING, row["id"], now)
    still_due(waiting)
    if await staff.works_anywhere(row["practice"], row["email_key"]):
        raise NoSuchMailbox
    return Letter(
        "family_invitation",
        {
            "practice": row["name"],
            "phone": row["phone"],
            "patients": [unlinked(called(one["first_name"], one["preferred_name"])) for one in waiting],
            "message": lines_unlinked(row["message"]),
            "has_login": row["has_login"],
            "day": long_date(row["expires_at"], row["timezone"]),
            "link": signed_link(settings, Purpose.FAMILY_INVITATION, "family-invitations", row),
        },
    )


def preview(*, practice: str, phone: str, patients: Sequence[str], message: str, day: str) -> Written:
    """The letter as a family will read it, with no link that works. Whether they have a login is nobody's to see."""
    words = {
        "practice": practice, "phone": phone, "patients": [unlinked(name) for name in patients],
        "message": lines_unlinked(message), "has_login": False, "day": day, "link": Link("(their own link)"),
    }  # fmt: skip
    return written(Letter("family_invitation", words))
