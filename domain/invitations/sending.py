"""Inviting one patient."""

from dataclasses import dataclass
from uuid import UUID

from db.engine import run, transaction
from db.ids import new_id
from domain import addresses, audit, clock, communication_templates
from domain.communication_templates import Template
from domain.errors import Refused
from domain.invitations import rations
from domain.invitations.invitable import demand_invitable, demand_no_staff, demand_none_open, hold, look
from domain.invitations.opening import CHILD, is_younger
from domain.links import OPEN_FOR
from domain.mail import MailKind, owe
from domain.notifications import CAME_TO_NOTHING, settle_invitations
from domain.patients.found import Found, find
from domain.permissions import Area, PlacePermission, demand
from domain.places import Place


@dataclass(frozen=True)
class Draft:
    """What is about to be sent: the practice's own `message`, or the name of a communication `template`."""

    email: str
    message: str = ""
    template: str = ""


@dataclass(frozen=True)
class Invitee:
    """What the form is drawn from: the patient, where the practice writes to them, and what may be written."""

    patient: Found
    email: str
    templates: tuple[Template, ...]
    is_child: bool
    """Whether only somebody who looks after them can accept."""


async def invitee(place: Place, patient: UUID) -> Invitee:
    """The patient whom the form is about. Raises NotPermitted, NotFound, and Refused for who cannot be invited now."""
    demand(place, PlacePermission.INVITE)
    found = await find(place, patient, Area.PROFILES)
    row = await look(place.practice.id, patient)
    demand_invitable(row)
    await demand_none_open(patient)
    young = is_younger(CHILD, row["birth_date"], place.practice.zone)
    return Invitee(found, row["email"], tuple(await communication_templates.available(place)), young)


async def preview(place: Place, patient: UUID, draft: Draft) -> str:
    """The practice's words as the patient will read them, '' for none.

    Raises as `send` does, but for what is wrong with the email alone.
    """
    demand(place, PlacePermission.INVITE)
    await find(place, patient, Area.PROFILES)
    text, field = await communication_templates.text_of(place, draft.message, draft.template)
    try:
        return await communication_templates.resolve(text, place, patient) if text else ""
    except Refused as refused:
        raise Refused(refused.words, field) from refused


async def send(place: Place, patient: UUID, draft: Draft) -> UUID:
    """Invites a patient: the mail is owed. Gives the invitation's id; the one of a moment ago when the same is pressed
    twice.

    An email that is linked to staff elsewhere is taken too (decision 14): its mail ends as one to no mailbox does.
    Raises NotPermitted, NotFound, and Refused at 'email', 'message', 'template' or the form as a whole.
    """
    message = await preview(place, patient, draft)
    async with transaction():
        row = await hold(place.practice.id, patient)
        if pressed := await _just_sent(place, patient, draft.email, message):
            return pressed
        demand_invitable(row)
        await demand_none_open(patient)
        await demand_no_staff(place.practice.id, draft.email)
        await rations.demand_tries_left(patient)
        await rations.spend(place.practice.id, draft.email, field="email")
        await settle_invitations([patient], place.account, *CAME_TO_NOTHING)
        invitation = await _write(place, patient, draft.email.strip(), message)
        await owe(MailKind.INVITATION, invitation, draft.email.strip(), once="1")
        await audit.record("invitation:send", account=place.account, practice=place.practice.id, subject=invitation)
    return invitation


async def _just_sent(place: Place, patient: UUID, email: str, message: str) -> UUID | None:
    """The same pressed twice: whoever writes something else the second time is told what has gone already."""
    rows = await run(
        "SELECT id FROM invitation WHERE patient = $1 AND email = $2 AND message = $3 AND sent_by = $4"
        " AND state = 'Pending' AND created_at > $5",
        patient,
        email.strip(),
        message,
        place.account,
        clock.now() - clock.PRESSED_TWICE_WITHIN,
    )
    return rows[0]["id"] if rows else None


async def _write(place: Place, patient: UUID, email: str, message: str) -> UUID:
    invitation, now = new_id(), clock.now()
    await run(
        "INSERT INTO invitation (id, practice, patient, email, email_key, message, state, sent_by, created_at, sent_at,"
        " expires_at) VALUES ($1, $2, $3, $4, $5, $6, 'Pending', $7, $8, $8, $9)",
        invitation,
        place.practice.id,
        patient,
        email,
        addresses.email_key(email),
        message,
        place.account,
        now,
        now + OPEN_FOR,
    )
    return invitation
