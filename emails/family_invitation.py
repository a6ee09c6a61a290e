"""A practice invites several patients with one email, each to be accepted or declined on one page (K3)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from db.engine import run
from domain import clock, web_addresses
from domain.dates import long_date
from domain.invitations import staff
from domain.invitations.bulk import changed
from domain.invitations.opening import ADULT, is_younger
from domain.portals import called
from domain.practices import Practice
from domain.tokens import Purpose
from emails.compose import Written, written
from emails.letter import Letter, Link, NoLongerDue, NoSuchMailbox, Owed, signed_link
from emails.words import lines_unlinked, unlinked
from settings import Settings

WAITING = (
    "SELECT owed.mail, f.id AS family, f.link_version, f.message, f.expires_at, f.email_key, f.practice, c.name,"  # noqa: S608 - words of ours
    " c.phone, c.email, c.address, c.timezone, i.id, p.first_name, p.preferred_name, p.birth_date,"
    f" known.id IS NOT NULL AS has_login, {changed.SINCE} AS changed"
    " FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS owed (mail, family, created_at)"
    " JOIN mail m ON m.id = owed.mail JOIN family_invitation f ON f.id = owed.family"
    " JOIN practice c ON c.id = f.practice JOIN invitation i ON i.family = f.id JOIN patient p ON p.id = i.patient"
    " LEFT JOIN account known ON known.email_key = f.email_key WHERE f.expires_at > $4 AND f.sent_at <= owed.created_at"
    " AND i.state = 'Pending' AND i.expires_at > $4 ORDER BY i.created_at, p.birth_date DESC, p.id"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the family invitation `owed.subject`, to the email that was invited: it names whoever has no
    answer yet by what they are called.

    Raises NoLongerDue, and NoSuchMailbox for an email of somebody who works at a practice (decision 14).
    """
    found = (await build_many([owed], settings))[owed.id]
    if isinstance(found, Exception):
        raise found
    return found


async def build_many(batch: Sequence[Owed], settings: Settings) -> dict[UUID, Letter | Exception]:
    """The letters about many families by their mails, or what `build` raises for one, in two statements. Who is
    another than was invited by now is left out."""
    rows = await run(
        WAITING,
        [owed.id for owed in batch],
        [owed.subject for owed in batch],
        [owed.created_at for owed in batch],
        clock.now(),
    )
    families: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in await changed.left(rows):
        families[row["mail"]].append(row)
    asked = [(waiting[0]["practice"], waiting[0]["email_key"]) for waiting in families.values()]
    staffed = await staff.working_anywhere(asked) if asked else set()
    found: dict[UUID, Letter | Exception] = {owed.id: NoLongerDue() for owed in batch}
    for (mail, waiting), pair in zip(families.items(), asked, strict=True):
        found[mail] = NoSuchMailbox() if pair in staffed else _about(waiting, settings)
    return found


def _about(waiting: Sequence[dict[str, Any]], settings: Settings) -> Letter:
    family = waiting[0]
    whose = {"id": family["family"], "link_version": family["link_version"]}
    named: dict[bool, list[str]] = {True: [], False: []}
    for one in waiting:
        young = is_younger(ADULT, one["birth_date"], one["timezone"])
        named[young].append(called(one["first_name"], one["preferred_name"]))
    return Letter(
        "family_invitation",
        {
            "practice": family["name"],
            "phone": family["phone"],
            **_people(named[True], named[False]),
            "message": lines_unlinked(family["message"], (family[name] for name in web_addresses.OWN)),
            "has_login": family["has_login"],
            "day": long_date(family["expires_at"], family["timezone"]),
            "link": signed_link(settings, Purpose.FAMILY_INVITATION, "family-invitations", whose),
        },
    )


def _people(children: Sequence[str], adults: Sequence[str]) -> dict[str, object]:
    young, grown = [unlinked(name) for name in children], [unlinked(name) for name in adults]
    [*more, last] = young + grown
    return {"children": young, "adults": grown, "one": "" if more else last}


def preview(practice: Practice, *, children: Sequence[str], adults: Sequence[str], message: str, day: str) -> Written:
    """The letter as a family will read it, with no link that works. Whether they have a login is nobody's to see."""
    words = {
        "practice": practice.name, "phone": practice.phone, **_people(children, adults),
        "message": lines_unlinked(message, web_addresses.own(practice)), "has_login": False, "day": day,
        "link": Link("(their own link)"),
    }  # fmt: skip
    return written(Letter("family_invitation", words))
