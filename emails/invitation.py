"""A practice invites a patient to open a portal, or to link the one that they have."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from db.engine import run
from domain import clock, web_addresses
from domain.dates import long_date
from domain.invitations import staff
from domain.invitations.bulk import changed
from domain.invitations.opening import CHILD, is_younger
from domain.portals import called
from domain.practices import Practice
from domain.tokens import Purpose
from emails.compose import Written, written
from emails.letter import Letter, Link, NoLongerDue, NoSuchMailbox, Owed, signed_link
from emails.words import lines_unlinked
from settings import Settings

INVITATIONS = (
    "SELECT owed.mail, i.id, i.link_version, i.message, i.expires_at, i.email_key, i.practice, c.name, c.phone,"  # noqa: S608 - words of ours
    " c.email, c.address, c.timezone, p.first_name, p.preferred_name, p.birth_date, known.id IS NOT NULL AS has_login,"
    f" {changed.SINCE} AS changed FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])"
    " AS owed (mail, invitation, created_at) JOIN mail m ON m.id = owed.mail"
    " JOIN invitation i ON i.id = owed.invitation"
    " JOIN practice c ON c.id = i.practice JOIN patient p ON p.id = i.patient"
    " LEFT JOIN account known ON known.email_key = i.email_key"
    " WHERE i.state = 'Pending' AND i.expires_at > $4 AND i.sent_at <= owed.created_at"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the invitation `owed.subject`, to the email that was invited.

    Raises NoLongerDue, also for one of many whose patient is another than was invited by now, and NoSuchMailbox for an
    email of somebody who works at a practice (decision 14).
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
    rows = await changed.left(rows)
    staffed = await staff.working_anywhere([(row["practice"], row["email_key"]) for row in rows]) if rows else set()
    found: dict[UUID, Letter | Exception] = {owed.id: NoLongerDue() for owed in batch}
    for row in rows:
        works = (row["practice"], row["email_key"]) in staffed
        found[row["mail"]] = NoSuchMailbox() if works else _about(row, settings)
    return found


def _about(row: dict[str, Any], settings: Settings) -> Letter:
    words = {
        "practice": row["name"],
        "phone": row["phone"],
        "patient": called(row["first_name"], row["preferred_name"]),
        "child": is_younger(CHILD, row["birth_date"], row["timezone"]),
        "message": lines_unlinked(row["message"], (row[name] for name in web_addresses.OWN)),
        "has_login": row["has_login"],
        "day": long_date(row["expires_at"], row["timezone"]),
        "link": signed_link(settings, Purpose.INVITATION, "invitations", row),
    }
    return Letter("invitation", words)


def preview(practice: Practice, *, patient: str, message: str, day: str, child: bool = False) -> Written:
    """The letter as the patient will read it, with no link that works; as the one who looks after them will, for a
    `child`. Whether they have a login is nobody's to see."""
    words = {
        "practice": practice.name, "phone": practice.phone, "patient": patient, "child": child,
        "message": lines_unlinked(message, web_addresses.own(practice)), "has_login": False, "day": day,
        "link": Link("(their own link)"),
    }  # fmt: skip
    return written(Letter("invitation", words))
