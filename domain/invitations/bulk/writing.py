"""Invitations, mails and outcomes of many patients into the tables, each table in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import run
from db.ids import new_id
from domain import audit, clock
from domain.invitations import rations
from domain.invitations.bulk.families import Letter
from domain.invitations.bulk.message import Wording
from domain.invitations.bulk.weighing import Weighing
from domain.links import OPEN_FOR
from domain.mail import MailKind, owe_many
from domain.notifications import CAME_TO_NOTHING, settle_invitations
from domain.places import Place

_MESSAGE = "format($5, t.called, t.family_name, t.full_name, t.practitioner)"
"""From a Wording's pattern and values, in the database: ten thousand messages are nowhere in memory at once."""
_FAMILIES = (
    "INSERT INTO family_invitation (id, practice, email, email_key, message, sent_by, created_at, sent_at, expires_at)"  # noqa: S608 - words of ours
    f" SELECT t.id, $1, t.email, t.email_key, {_MESSAGE}, $2, $3, $3, $4"
    " FROM unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::uuid[], $11::text[], $12::text[])"
    " AS t (called, family_name, full_name, practitioner, id, email, email_key)"
)
_INVITATIONS = (
    "INSERT INTO invitation (id, practice, patient, email, email_key, message, state, sent_by, created_at, sent_at,"  # noqa: S608 - words of ours
    f" expires_at, family) SELECT t.id, $1, t.patient, t.email, t.email_key, {_MESSAGE}, 'Pending', $2, $3, $3, $4,"
    " t.family FROM unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::uuid[], $11::uuid[], $12::text[],"
    " $13::text[], $14::uuid[]) AS t (called, family_name, full_name, practitioner, id, patient, email, email_key,"
    " family)"
)
_OUTCOMES = (
    "INSERT INTO bulk_invitation_patient (id, bulk_invitation, patient, outcome, reason, email, invitation, mail)"
    " SELECT o.id, $1, o.patient, o.outcome, o.reason, o.email, o.invitation, o.mail"
    " FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::uuid[])"
    " AS o (id, patient, outcome, reason, email, invitation, mail)"
    " ON CONFLICT (bulk_invitation, patient) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,"
    " email = excluded.email, invitation = excluded.invitation, mail = excluded.mail"
)


@dataclass(frozen=True, slots=True)
class Owed:
    """A letter with the ids of its rows."""

    letter: Letter
    invitations: tuple[UUID, ...]
    family: UUID | None


async def write(place: Place, bulk: UUID, weighing: Weighing, words: Wording, due_at: datetime) -> int:
    """Writes all that is owed to chosen patients, in the caller's transaction, which holds them: their invitations, a
    mail for each letter that goes at `due_at`, an outcome for each patient, and an event for each invitation; what was
    told of earlier ones is settled. Tells how many patients get one."""
    owed = [_owed(letter) for letter in weighing.letters]
    invited = [one.patient for letter in weighing.letters for one in letter.members]
    now = clock.now()
    await settle_invitations(invited, place.account, *CAME_TO_NOTHING, at=now)
    await rations.spend_many(place.practice.id, [letter.email_key for letter in weighing.letters], now)
    await _write_invitations(owed, words, (place.practice.id, place.account, now, due_at + OPEN_FOR, words.pattern))
    await _write_outcomes(bulk, weighing, owed, await _owe(owed, due_at))
    invitations = [invitation for one in owed for invitation in one.invitations]
    await audit.record_many("invitation:send", invitations, account=place.account, practice=place.practice.id)
    return len(invited)


def _owed(letter: Letter) -> Owed:
    invitations = tuple(new_id() for _ in letter.members)
    return Owed(letter, invitations, new_id() if letter.is_family else None)


async def _write_invitations(owed: Sequence[Owed], words: Wording, shared: tuple[Any, ...]) -> None:
    families = [one for one in owed if one.family]
    await run(
        _FAMILIES,
        *shared,
        *words.values([one.letter for one in families]),
        [one.family for one in families],
        [one.letter.email for one in families],
        [one.letter.email_key for one in families],
    )
    each = [(one, n) for one in owed for n in range(len(one.invitations))]
    await run(
        _INVITATIONS,
        *shared,
        *words.values([one.letter for one, _ in each]),
        [one.invitations[n] for one, n in each],
        [one.letter.members[n].patient for one, n in each],
        [one.letter.members[n].email for one, n in each],
        [one.letter.email_key for one, _ in each],
        [one.family for one, _ in each],
    )


async def _owe(owed: Sequence[Owed], due_at: datetime) -> dict[UUID, UUID]:
    """The mail of each invitation."""
    kinds = {
        MailKind.INVITATION: [one for one in owed if one.family is None],
        MailKind.FAMILY_INVITATION: [one for one in owed if one.family],
    }
    found: dict[UUID, UUID] = {}
    for kind, some in kinds.items():
        letters = [(one.family or one.invitations[0], one.letter.email, "1") for one in some]
        mails = await owe_many(kind, letters, due_at=due_at)
        found |= {row: mail for one, mail in zip(some, mails, strict=True) for row in one.invitations}
    return found


async def _write_outcomes(bulk: UUID, weighing: Weighing, owed: Sequence[Owed], mails: Mapping[UUID, UUID]) -> None:
    rows = {
        member.patient: row for one in owed for member, row in zip(one.letter.members, one.invitations, strict=True)
    }
    each = weighing.patients
    await run(
        _OUTCOMES,
        bulk,
        [new_id() for _ in each],
        [one.patient for one in each],
        [one.outcome.value for one in each],
        [one.reason for one in each],
        [one.email for one in each],
        [rows.get(one.patient) for one in each],
        [mails.get(rows.get(one.patient, bulk)) for one in each],
    )
