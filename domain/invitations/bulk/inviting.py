"""Inviting all chosen patients: one transaction, and two minutes in which nothing goes (K8)."""

from datetime import datetime, timedelta
from uuid import UUID

from db.engine import run, transaction
from domain import audit, clock, communication_templates
from domain.errors import Changed, NotFound, Refused
from domain.invitations.bulk.draft import BulkDraft, Shown
from domain.invitations.bulk.found import one_after_the_other
from domain.invitations.bulk.message import wording
from domain.invitations.bulk.preview import NONE_LEFT, chosen, demand_invites
from domain.invitations.bulk.weighing import Weighing, weigh
from domain.invitations.bulk.writing import write
from domain.invitations.invitable import hold_all
from domain.places import Place
from domain.reports import choices
from domain.reports.actions.chosen import hold_choice
from domain.reports.report import find
from domain.reports.running import run_afterwards

HELD_FOR = timedelta(minutes=2)


async def invite(place: Place, report: UUID, bulk: UUID, draft: BulkDraft, shown: Shown) -> None:
    """Invites whom the member has chosen, and chooses nobody. `bulk` is the id that the form drew: with the one of a
    bulk invitation that this member has made already, it is that one and nothing is done.

    Raises NotPermitted, NotFound, Changed where the report or an outcome is another than was `shown`, after which
    nothing has been done, and Refused at 'message' or 'template' or for the whole.
    """
    demand_invites(place)
    async with transaction():
        await one_after_the_other(place.practice.id)
        if await _made(place, bulk):
            return
        weighing = await _as_shown(place, report, shown)
        text, field = await communication_templates.text_of(place, draft.message, draft.template)
        words = wording(place, text, weighing.letters, field)
        held_until = await _open(place, report, bulk, text)
        await write(place, bulk, weighing, words, held_until)
        await choices.clear(place, report)
        await audit.record("bulk-invitation:send", account=place.account, practice=place.practice.id, subject=bulk)
    await run_afterwards(place, report)


async def _as_shown(place: Place, report: UUID, shown: Shown) -> Weighing:
    """Everybody chosen, held and weighed anew."""
    await hold_choice(place, report)
    if (await find(place, report)).version != shown.version:
        raise Changed
    patients = await chosen(place, report)
    await hold_all(place.practice.id, patients)
    weighing = await weigh(place, patients)
    if weighing.digest(await communication_templates.available(place)) != shown.digest:
        raise Changed
    if not weighing.letters:
        raise Refused(NONE_LEFT)
    return weighing


async def _made(place: Place, bulk: UUID) -> bool:
    """Whether it is there already. Raises NotFound for an id that is somebody else's."""
    rows = await run("SELECT practice, account FROM bulk_invitation WHERE id = $1", bulk)
    if rows and (rows[0]["practice"], rows[0]["account"]) != (place.practice.id, place.account):
        raise NotFound
    return bool(rows)


async def _open(place: Place, report: UUID, bulk: UUID, text: str) -> datetime:
    now = clock.now()
    await run(
        "INSERT INTO bulk_invitation (id, practice, account, report, message, created_at, held_until)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        bulk,
        place.practice.id,
        place.account,
        report,
        text,
        now,
        now + HELD_FOR,
    )
    return now + HELD_FOR
