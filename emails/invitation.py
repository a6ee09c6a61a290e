"""A practice invites a patient to open a portal, or to link the one that they have."""

from db.engine import run
from domain import clock
from domain.dates import long_date
from domain.invitations import staff
from domain.portals import called
from domain.tokens import Purpose
from emails.compose import Written, written
from emails.letter import Letter, Link, NoSuchMailbox, Owed, signed_link, still_due
from emails.words import lines_unlinked
from settings import Settings

INVITATION = (
    "SELECT i.id, i.link_version, i.message, i.expires_at, i.email_key, i.practice, c.name, c.phone, c.timezone,"
    " p.first_name, p.preferred_name, known.id IS NOT NULL AS has_login FROM invitation i"
    " JOIN practice c ON c.id = i.practice JOIN patient p ON p.id = i.patient"
    " LEFT JOIN account known ON known.email_key = i.email_key"
    " WHERE i.id = $1 AND i.state = 'Pending' AND i.expires_at > $2 AND i.sent_at <= $3"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the invitation `owed.subject`, to the email that was invited.

    Raises NoLongerDue, and NoSuchMailbox for an email of somebody who works at a practice (decision 14).
    """
    row = still_due(await run(INVITATION, owed.subject, clock.now(), owed.created_at))
    if await staff.works_anywhere(row["practice"], row["email_key"]):
        raise NoSuchMailbox
    return letter(
        practice=row["name"],
        phone=row["phone"],
        patient=called(row["first_name"], row["preferred_name"]),
        message=row["message"],
        has_login=row["has_login"],
        day=long_date(row["expires_at"], row["timezone"]),
        link=signed_link(settings, Purpose.INVITATION, "invitations", row),
    )


def letter(*, practice: str, phone: str, patient: str, message: str, has_login: bool, day: str, link: Link) -> Letter:
    """The letter with these words. The practice's own are kept from looking like a link, line by line."""
    return Letter(
        "invitation",
        {
            "practice": practice,
            "phone": phone,
            "patient": patient,
            "message": lines_unlinked(message),
            "has_login": has_login,
            "day": day,
            "link": link,
        },
    )


def preview(*, practice: str, phone: str, patient: str, message: str, day: str) -> Written:
    """The letter as the patient will read it, with no link that works. Whether they have a login is nobody's to see."""
    link = Link("(their own link)")
    return written(
        letter(practice=practice, phone=phone, patient=patient, message=message, has_login=False, day=day, link=link)
    )
