"""What somebody sees whom a practice has invited: opening, accepting with a new login, or confirming with one's own."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from domain import guardians, invitations, names
from domain.errors import Refused
from domain.invitations import Answer, Dependant, Invited
from domain.requests import RELATIONSHIPS
from domain.sessions import Session
from domain.tokens import Purpose
from domain.words import possessive
from web import links
from web.authorization import Open
from web.days import typed_day
from web.fields import Name, Password
from web.forms import Form, FormModel, read
from web.respond import done, page, redirect
from web.session import LINK, SESSION, Caller, end_session, ended

DAY = "Type the birth date, such as 29/2/2020"
NEEDED = {
    "patient_name": "Type their whole name",
    "relationship": "Choose how you are related",
    "basis": "Choose why you act for them",
}
"""What is asked of somebody who opens a portal for another."""


def _day(value: object) -> date:
    day = typed_day(value.strip()) if isinstance(value, str) else None
    if day is None:
        raise ValueError(DAY)
    return day


def _about(value: object) -> str:
    """Oneself ("no"), somebody who gets a portal ("yes"), or the id of a portal that one looks after."""
    try:
        return str(value) if value in ("yes", "no") else str(UUID(str(value)))
    except ValueError as error:
        raise ValueError("Choose whom this is about") from error


class AnswerForm(FormModel):
    guardian: Annotated[str, BeforeValidator(_about), Field(description="Choose whom this is about")]
    patient_name: Annotated[str, Field(max_length=100, validate_default=True, description=NEEDED["patient_name"])] = ""
    relationship: Annotated[str, Field(validate_default=True, description=NEEDED["relationship"])] = ""
    basis: Annotated[str, Field(validate_default=True, description=NEEDED["basis"])] = ""
    birth_date: Annotated[date, BeforeValidator(_day), Field(description=DAY)]

    @field_validator("patient_name", "relationship", "basis")
    @classmethod
    def is_given(cls, value: str, typed: ValidationInfo) -> str:
        """Only of somebody who opens a portal for another."""
        sound = {
            "patient_name": bool(value) and names.is_plain(value),
            "relationship": value in RELATIONSHIPS,
            "basis": value in (guardians.PARENTAL, *guardians.BASES_FOR_ADULTS),
        }[str(typed.field_name)]
        if typed.data.get("guardian") == "yes" and not sound:
            raise ValueError(NEEDED[str(typed.field_name)])
        return value

    @property
    def answer(self) -> Answer:
        if self.guardian == "yes":
            return Answer(self.birth_date, Dependant(self.patient_name, self.relationship, self.basis))
        return Answer(self.birth_date, None if self.guardian == "no" else UUID(self.guardian))


class NewLoginForm(AnswerForm):
    name: Name
    password: Password

    def faults(self) -> Iterable[Refused]:
        return [] if self.guardian in ("yes", "no") else [Refused("Choose whom this is about", "guardian")]


@get("/invitations/{token:str}", permission=Open.PUBLIC)
async def open_invitation(request: Caller, token: FromPath[str]) -> Response[bytes]:
    await invitations.invited_by(*links.named(request, Purpose.INVITATION, token))
    return redirect("/invitations", [links.kept(token)])


@get("/invitations", permission=Open.PUBLIC)
async def show_invitation(request: Caller) -> Response[bytes]:
    return await invitation_page(request, links.opened(request, Purpose.INVITATION))


@post("/invitations", permission=Open.PUBLIC)
async def set_up_and_accept(request: Caller) -> Response[bytes]:
    """Makes the login too. Whoever was logged in on this browser is logged out: the next login is another's."""
    link = await links.submitted(request, Purpose.INVITATION)
    form = await read(request, NewLoginForm)
    if form.ok:
        with form.refusals():
            typed = form.value
            email, portal = await invitations.set_up_and_accept(*link, typed.name, typed.password, typed.answer)
            await end_session(request)
            words = f"Your portal is ready. Log in with {email}"
            to = f"/login?next=/portal/{portal}/"
            return await done(request, to, flash=words, cookies=[ended(LINK), ended(SESSION)])
    return await invitation_page(request, link, form, status=422)


@post("/invitations/confirmation", permission=Open.LOGGED_IN)
async def confirm(request: Caller, session: NamedDependency[Session]) -> Response[bytes]:
    """**Confirm Patient**: links the portal that one has, or opens one (B11)."""
    link = await links.submitted(request, Purpose.INVITATION)
    invited = await invitations.invited_by(*link)
    form = await read(request, AnswerForm)
    if form.ok:
        with form.refusals():
            portal = await invitations.accept(session, *link, form.value.answer)
            words = f"{invited.practice.name} is linked to {possessive(invited.called)} portal now"
            return await done(request, f"/portal/{portal}/", flash=words, cookies=[ended(LINK)])
    return await invitation_page(request, link, form, status=422)


async def invitation_page(
    request: Caller, link: tuple[UUID, int], form: Form[Any] | None = None, status: int = 200
) -> Response[bytes]:
    """What it says, and the form for whoever may accept it: the email's own login or, where it has none, a new one."""
    invited = await invitations.invited_by(*link)
    mine = request.user is not None and request.user.account == invited.known
    linkable = await invitations.linkable(invited.known, invited.practice.id) if mine and invited.known else []
    options = _options(invited, linkable)
    typed = {"guardian": options[0][0] if len(options) == 1 else ""}
    return page(
        request, "public/invitation", status=status, form=form or Form(typed), link=link, invited=invited, mine=mine,
        practice=invited.practice, who=invited.called, message=invited.message, options=options,
        relationships=RELATIONSHIPS, bases=guardians.BASES_FOR_ADULTS if invited.is_adult else _every_basis(),
    )  # fmt: skip


def _every_basis() -> tuple[str, ...]:
    return (guardians.PARENTAL, *guardians.BASES_FOR_ADULTS)


def _options(invited: Invited, linkable: list[invitations.Linkable]) -> list[tuple[str, str, str]]:
    """Whom it may be about: value, words, and the portal that is linked then."""
    own = f"Your own portal is linked: {invited.portal_name}." if invited.portal else "A portal of your own is opened."
    me = [] if invited.is_child else [("no", "This is about me", own)]
    theirs = [
        (str(one.id), f"I look after {one.name}", "The portal that you look after is linked.") for one in linkable
    ]
    another = "A new portal is opened for them, and you are their guardian."
    return [*me, *theirs, ("yes", f"I look after {invited.called}", another)]


ROUTES: list[Any] = [open_invitation, show_invitation, set_up_and_accept, confirm]
