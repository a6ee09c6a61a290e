"""A practice invites a patient to open a portal, or to link the one that they have."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from db.engine import run
from domain import clock
from domain.dates import long_date
from domain.invitations import staff
from domain.portals import called
from domain.tokens import Purpose
from emails.compose import Written, written
from emails.letter import Letter, Link, NoLongerDue, NoSuchMailbox, Owed, signed_link
from emails.words import lines_unlinked
from settings import Settings

INVITATIONS = (
    "SELECT owed.mail, i.id, i.link_version, i.message, i.expires_at, i.email_key, i.practice, c.name, c.phone,"
    " c.timezone, p.first_name, p.preferred_name, known.id IS NOT NULL AS has_login"
    " FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS owed (mail, invitation, created_at)"
    " JOIN invitation i ON i.id = owed.invitation"
    " JOIN practice c ON c.id = i.practice JOIN patient p ON p.id = i.patient"
    " LEFT JOIN account known ON known.email_key = i.email_key"
    " WHERE i.state = 'Pending' AND i.expires_at > $4 AND i.sent_at <= owed.created_at"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the invitation `owed.subject`, to the email that was invited.

    Raises NoLongerDue, and NoSuchMailbox for an email of somebody who works at a practice (decision 14).
    """
    found = (await build_many([owed], settings))[owed.id]
    if isinstance(found, Exception):
        raise found
    return found


async def build_many(batch: Sequence[Owed], settings: Settings) -> dict[UUID, Letter | Exception]:
    """The letters about many invitations by their mails, or what `build` raises for one, in two statements."""
    rows = await run(
        INVITATIONS,
        [owed.id for owed in batch],
        [owed.subject for owed in batch],
        [owed.created_at for owed in batch],
        clock.now(),
    )
    staffed = await staff.working_anywhere([(row["practice"], row["email_key"]) for row in rows]) if rows else set()
    found: dict[UUID, Letter | Exception] = {owed.id: NoLongerDue() for owed in batch}
    for row in rows:
        works = (row["practice"], row["email_key"]) in staffed
        found[row["mail"]] = NoSuchMailbox() if works else _about(row, settings)
    return found


def _about(row: dict[str, Any], settings: Settings) -> Letter:
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
