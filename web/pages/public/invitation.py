"""What somebody sees whom a practice has invited: opening, accepting with a new login, or confirming with one's own."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain import guardians, invitations
from domain.errors import LinkClosed
from domain.invitations import Invited
from domain.requests import LOOKED_AFTER, RELATIONSHIPS
from domain.sessions import Session
from domain.tokens import Purpose
from domain.words import possessive
from web import links
from web.authorization import Open
from web.forms import Form, read
from web.pages.public.invitation_form import AnswerForm, NewLoginForm
from web.respond import done, page, redirect
from web.session import LINK, Caller, ended, to_log_in

HERE = "/invitations"


@get(f"{HERE}/{{token:str}}", permission=Open.PUBLIC)
async def open_invitation(request: Caller, token: FromPath[str]) -> Response[bytes]:
    link = links.named(request, Purpose.INVITATION, token)
    return await _or_portal(request, link, _kept(link, token))


async def _kept(link: tuple[UUID, int], token: str) -> Response[bytes]:
    await invitations.invited_by(*link)
    return redirect(HERE, [links.kept(token)])


async def _or_portal(request: Caller, link: tuple[UUID, int], answer: Awaitable[Response[bytes]]) -> Response[bytes]:
    """The answer; where the link was used by whoever is logged in, the way into the portal: a button that was pressed
    twice leads where it does when it is pressed once."""
    try:
        return await answer
    except LinkClosed as closed:
        caller = request.user if closed.why == "used" else None
        portal = await invitations.accepted(caller, link[0]) if caller else None
        if portal is None:
            raise
        return redirect(f"/portal/{portal}/")


@get(HERE, permission=Open.PUBLIC)
async def show_invitation(request: Caller) -> Response[bytes]:
    link = links.opened(request, Purpose.INVITATION)
    return await _or_portal(request, link, invitation_page(request, link))


@post(HERE, permission=Open.PUBLIC)
async def set_up_and_accept(request: Caller) -> Response[bytes]:
    """Makes the login too, for nobody who has one: neither for another than was invited (B9) nor for them."""
    link = await links.submitted(request, Purpose.INVITATION)
    return await _or_portal(request, link, _set_up(request, link))


async def _set_up(request: Caller, link: tuple[UUID, int]) -> Response[bytes]:
    invited = await invitations.invited_by(*link)
    if request.user and request.user.account != invited.known:
        raise LinkClosed("wrong account", invited.email)
    if invited.known:
        return redirect(HERE if request.user else f"/login?next={HERE}")
    form = await read(request, NewLoginForm)
    if form.ok:
        with form.refusals():
            typed = form.value
            email, portal = await invitations.set_up_and_accept(*link, typed.name, typed.password, typed.answer)
            words = f"Your portal is ready. Log in with {email}" + await _word(link, invited)
            cookies = [ended(LINK), to_log_in(request, email)]
            return await done(request, f"/login?next=/portal/{portal}/", flash=words, cookies=cookies)
    return await invitation_page(request, link, form, status=422)


async def _word(link: tuple[UUID, int], invited: Invited) -> str:
    """What a guardian is told whom the practice confirms first."""
    if not await invitations.awaits_word(link[0]):
        return ""
    practice, who = invited.practice.name, invited.called
    return f". What {practice} shares stands there once they have confirmed that you look after {who}"


@post(f"{HERE}/refusal", permission=Open.PUBLIC)
async def decline(request: Caller) -> Response[bytes]:
    """Needs no login where the email has none. For another than was invited it does nothing (B9)."""
    invited = await invitations.decline(*await links.submitted(request, Purpose.INVITATION), request.user)
    words = f"You declined for {invited.called}, and {invited.practice.name} is told"
    return await done(request, "/account" if request.user else "/", flash=words, cookies=[ended(LINK)])


@post(f"{HERE}/confirmation", permission=Open.LOGGED_IN)
async def confirm(request: Caller, session: NamedDependency[Session]) -> Response[bytes]:
    """**Confirm Patient**: links the portal that one has, or opens one (B11)."""
    link = await links.submitted(request, Purpose.INVITATION)
    return await _or_portal(request, link, _confirmed(request, session, link))


async def _confirmed(request: Caller, session: Session, link: tuple[UUID, int]) -> Response[bytes]:
    invited = await invitations.invited_by(*link)
    form = await read(request, AnswerForm)
    if form.ok:
        with form.refusals():
            portal = await invitations.accept(session, *link, form.value.answer)
            words = f"{invited.practice.name} is linked to {possessive(invited.called)} portal now"
            words += await _word(link, invited)
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
        relationships=RELATIONSHIPS if invited.is_adult else LOOKED_AFTER,
        bases=guardians.BASES_FOR_ADULTS if invited.is_adult else _every_basis(),
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


ROUTES: list[Any] = [open_invitation, show_invitation, set_up_and_accept, decline, confirm]
