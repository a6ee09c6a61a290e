"""Inviting one patient to the portal: the pop-up, its preview, and sending."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from domain import addresses, clock, invitations
from domain.dates import long_date
from domain.invitations import Draft, Invitee
from domain.links import OPEN_FOR
from domain.permissions import PlacePermission
from domain.places import Place
from domain.terms import LONGEST
from emails import invitation as mail
from web.fields import Email
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller

HERE = "/practice/{slug:str}/patients/{patient:uuid}"


def _one_newline(value: object) -> object:
    """A browser sends two characters for each line end, of which nobody typed more than one."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _chosen(value: str) -> str:
    return value.strip()


class InviteForm(FormModel):
    email: Email
    confirm_email: Email
    message: Annotated[str, BeforeValidator(_one_newline), Field(max_length=LONGEST)] = ""
    template: Annotated[str, AfterValidator(_chosen), Field(description="Choose a template of the list")] = ""
    preview: Annotated[str, BeforeValidator(lambda value: "yes" if value else "")] = ""

    @field_validator("confirm_email")
    @classmethod
    def is_the_same(cls, again: str, typed: ValidationInfo) -> str:
        first = typed.data.get("email")
        if first is not None and addresses.email_key(again) != addresses.email_key(first):
            raise ValueError("The two emails are not the same. Check both and type them again")
        return again

    @property
    def draft(self) -> Draft:
        return Draft(self.email, self.message, self.template)


@get(f"{HERE}/invite", permission=PlacePermission.INVITE)
async def show_invite(request: Caller, patient: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    invitee = await invitations.invitee(place, patient)
    return invite_page(request, invitee, Form({"email": invitee.email}))


@post(f"{HERE}/invitations", permission=PlacePermission.INVITE)
async def invite(request: Caller, patient: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, InviteForm)
    if form.ok:
        with form.refusals():
            if form.value.preview:
                shown = await invitations.preview(place, patient, form.value.draft)
                return invite_page(request, await invitations.invitee(place, patient), form, _previewed(place, shown))
            await invitations.send(place, patient, form.value.draft)
            words = f"The invitation is on its way to {form.value.email}"
            return await done(request, f"/practice/{place.practice.slug}/patients/{patient}", flash=words)
    return invite_page(request, await invitations.invitee(place, patient), form, status=422)


def _previewed(place: Place, message: str) -> dict[str, Any]:
    return {"practice": place.practice, "message": message}


def invite_page(
    request: Caller, invitee: Invitee, form: Form[Any], previewed: dict[str, Any] | None = None, status: int = 200
) -> Response[bytes]:
    """`previewed`: the practice and its words, to be shown as the patient will read them."""
    shown = None
    if previewed:
        practice, day = previewed["practice"], long_date(clock.now() + OPEN_FOR, previewed["practice"].zone)
        letter = mail.preview(
            practice, patient=invitee.patient.called, message=previewed["message"], day=day, child=invitee.is_child
        )
        shown = {**previewed, "who": invitee.patient.called, "letter": letter}
    return page(
        request, "practice/invite", fragment="invite", status=status,
        form=form, invitee=invitee, patient=invitee.patient, previewed=shown,
    )  # fmt: skip


ROUTES: list[Any] = [show_invite, invite]
