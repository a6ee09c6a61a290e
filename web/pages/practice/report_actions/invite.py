"""Actions > Invite to patient portal: what would happen to each patient chosen, and Invite (S4.6, B10)."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from pydantic import BeforeValidator, Field

from domain import clock
from domain.dates import long_date
from domain.errors import Changed, Refused
from domain.invitations import bulk
from domain.invitations.bulk import BulkDraft, BulkPreview, Shown
from domain.invitations.opening import CHILD, is_younger
from domain.links import OPEN_FOR
from domain.patients import record
from domain.permissions import PlacePermission
from domain.places import Place
from domain.terms import LONGEST, TOO_LONG
from emails import family_invitation, invitation
from emails.compose import Written
from web.fields import Lines, Version
from web.forms import Form, FormModel, read
from web.pages.practice.patient_record import id_in
from web.pages.practice.report_actions.action import Action
from web.respond import done, page
from web.session import Caller

ACTION = Action("Invite to patient portal", PlacePermission.INVITE, "invite")
HERE = f"/practice/{{slug:str}}/reports/{{report:uuid}}/{ACTION.address}"
CHANGED = (
    "Something changed since you opened this, so nobody was invited. Here it is as it stands now: look at the numbers,"
    " then press Invite again"
)
NOBODY_LEFT = (
    "Something changed since you opened this: perhaps a colleague invited these patients first. You invited nobody, and"
    " there is nobody left to invite"
)


class InviteForm(FormModel):
    """`row` is the id that the bulk invitation will have; `version` and `shown` are what the numbers were read from."""

    unseen = frozenset({"row", "version", "shown"})
    message: Annotated[Lines, Field(max_length=LONGEST, description=TOO_LONG)] = ""
    template: Annotated[str, Field(description="Choose a template of the list")] = ""
    preview: Annotated[bool, BeforeValidator(bool)] = False
    row: str = ""
    version: Version = 0
    shown: str = ""

    @property
    def draft(self) -> BulkDraft:
        return BulkDraft(self.message, self.template)


@get(HERE, permission=ACTION.permission)
async def show_invite(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return await invite_page(request, place, report, Form({"row": record.draw_id()}))


@post(HERE, permission=ACTION.permission)
async def invite(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, InviteForm)
    if form.ok and form.value.preview:
        return await invite_page(request, place, report, form, form.value.draft)
    if form.ok:
        sent, row = form.value, id_in(form.value.row) or record.draw_id()
        try:
            with form.refusals():
                await bulk.invite(place, report, row, sent.draft, Shown(sent.version, sent.shown))
                to = f"/practice/{place.practice.slug}/bulk-invitations/{row}"
                return await done(request, to, flash="")
        except Changed:
            return await invite_page(request, place, report, form, changed=True, status=409)
    return await invite_page(request, place, report, form, status=422)


async def invite_page(
    request: Caller, place: Place, report: UUID, form: Form[Any], draft: BulkDraft | None = None, *,
    changed: bool = False, status: int = 200,
) -> Response[bytes]:  # fmt: skip
    """The form over the numbers as they are now; with a draft, also what the first of the letters says. Where nobody
    can be invited it says why, and what to do."""
    found, letter, made, refused = None, None, None, ""
    try:
        found = await bulk.preview(place, report, draft)
        letter = letter_of(place, found) if draft else None
    except Refused as error:
        status = 422 if request.method == "POST" and not changed else status
        if error.field:
            form.errors[error.field] = error.words
            found = await bulk.preview(place, report)
        else:
            refused, made = error.words, await _just_made(request, place, report)
    words = NOBODY_LEFT if found and not found.sent else CHANGED
    return page(
        request, "practice/invite-many", fragment="invite-many", status=status, form=form, preview=found,
        letter=letter, refused=refused, changed=words if changed else "", action=ACTION, report=report,
        made=made, advice=bulk.advice, who=who_is_invited(found) if found else "",
    )  # fmt: skip


def who_is_invited(found: BulkPreview) -> str:
    """Such as "399 emails, 2 of them to families with one address. 3 of them declined before, 1 was locked"."""
    letters, families = found.letters, found.families
    words = f"{letters:,} {'email' if letters == 1 else 'emails'}"
    to = "a family" if families == 1 else "families"
    if families:
        words += f" to {to}" if families == letters else f", {families:,} of them to {to}"
        words += " with one address"
    before = [(found.declined, "declined before"), (found.locked, f"{'was' if found.locked == 1 else 'were'} locked")]
    said = ", ".join(f"{many:,} {what}" for many, what in before if many)
    return f"{words}. {said.replace(' ', ' of them ', 1)}" if said else words


async def _just_made(request: Caller, place: Place, report: UUID) -> bulk.Bulk | None:
    """The bulk invitation that took those whom the form was about: it was sent already, on another page perhaps."""
    invites = request.method == "POST" and place.practice.invitations
    return await bulk.just_made(place, report) if invites else None


def letter_of(place: Place, found: BulkPreview) -> Written | None:
    """The first of the letters as it will be read; None where there is none."""
    if found.first is None:
        return None
    practice, first = place.practice, found.first
    day = long_date(clock.now() + bulk.HELD_FOR + OPEN_FOR, practice.zone)
    if first.is_family:
        return family_invitation.preview(
            practice, message=found.message, day=day, children=[one.called for one in first.members if not one.adult],
            adults=[one.called for one in first.members if one.adult],
        )  # fmt: skip
    young = is_younger(CHILD, first.members[0].birth_date, practice.zone)
    return invitation.preview(practice, patient=first.called, message=found.message, day=day, child=young)


ROUTES: list[Any] = [show_invite, invite]
