"""What somebody sees whom a practice has invited with their family: for each they accept, decline or wait (K3)."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain import guardians, invitations
from domain.errors import Changed, LinkClosed
from domain.invitations import Linkable
from domain.invitations import family as families
from domain.invitations.family import Family, NewLogin, WrongReplies
from domain.requests import LOOKED_AFTER
from domain.sessions import Session
from domain.tokens import Purpose
from domain.words import listed
from web import links
from web.authorization import Open
from web.forms import Form, sent
from web.pages.public import family_answers
from web.respond import done, page, redirect
from web.session import LINK, Caller, ended, to_log_in

HERE = "/family-invitations"
CHANGED = "Nothing was done: some of this was answered or taken back in the meantime. This is how it stands now"
Link = tuple[UUID, int]


@get(f"{HERE}/{{token:str}}", permission=Open.PUBLIC)
async def open_family_invitation(request: Caller, token: FromPath[str]) -> Response[bytes]:
    link = links.named(request, Purpose.FAMILY_INVITATION, token)
    return await _or_portals(request, link, _kept(link, token))


async def _kept(link: Link, token: str) -> Response[bytes]:
    await families.family_of(*link)
    return redirect(HERE, [links.kept(token)])


async def _or_portals(request: Caller, link: Link, answer: Awaitable[Response[bytes]]) -> Response[bytes]:
    """The answer; where the link was used by whoever is logged in, the way to the portals that it opened."""
    try:
        return await answer
    except LinkClosed as closed:
        if closed.why != "used" or not request.user or not await families.accepted_by(request.user.account, link[0]):
            raise
        return redirect("/account/access")


@get(HERE, permission=Open.PUBLIC)
async def show_family_invitation(request: Caller) -> Response[bytes]:
    link = links.opened(request, Purpose.FAMILY_INVITATION)
    return await _or_portals(request, link, family_page(request, link))


@post(HERE, permission=Open.PUBLIC)
async def answer_without_login(request: Caller) -> Response[bytes]:
    """Makes the login too where anybody is accepted, for nobody who has one (B9)."""
    link = await links.submitted(request, Purpose.FAMILY_INVITATION)
    family = await _theirs(request, link)
    if family.known:
        return redirect(HERE if request.user else f"/login?next={HERE}")
    return await _answered(request, link, family, None)


@post(f"{HERE}/confirmation", permission=Open.LOGGED_IN)
async def answer_with_login(request: Caller, session: NamedDependency[Session]) -> Response[bytes]:
    link = await links.submitted(request, Purpose.FAMILY_INVITATION)
    return await _or_portals(request, link, _answered(request, link, await _theirs(request, link), session))


async def _theirs(request: Caller, link: Link) -> Family:
    """Whom the link is about, unless somebody else than was invited is logged in: that leaves it as it is (B9)."""
    family = await families.read(*link)
    if request.user and request.user.account != family.known:
        raise LinkClosed("wrong account", family.email)
    return family


async def _answered(request: Caller, link: Link, family: Family, session: Session | None) -> Response[bytes]:
    typed, status = family_answers.typed(await sent(request), family, mine=session is not None), 422
    if not typed.form.errors:
        try:
            with typed.form.refusals():
                said = await families.answer(*link, typed.replies, session or typed.login)
                return await _told(request, link, family, said, typed.login)
        except WrongReplies as wrong:
            family_answers.refuse(typed.form, family, wrong.wrong)
        except Changed:
            typed.form.errors[""], status = CHANGED, 409
    return await family_page(request, link, typed.form, status)


async def _told(
    request: Caller, link: Link, family: Family, said: dict[UUID, UUID | None], login: NewLogin | None
) -> Response[bytes]:
    """Where it leads: into the portals, by way of the login where it is new; else back to who waits."""
    accepted = [portal for portal in said.values() if portal]
    words = await _words(family, said)
    left = (await families.read(*link)).closed == ""
    if not left and len(family.waiting) + len(family.answered) > 1:
        words += ". You have answered for everybody"
    if not accepted:
        to = HERE if left else "/account" if request.user else "/"
        return await done(request, to, flash=words, cookies=[] if left else [ended(LINK)])
    to = f"/portal/{accepted[0]}/" if len(accepted) == 1 else "/account/access"
    if login:
        to, words = f"/login?next={to}", f"{words}. Log in with {family.email}"
    if left:
        words += ". The link in the email stays good for the others"
    return await done(
        request, to, flash=words, cookies=[ended(LINK), *([to_log_in(request, family.email)] if login else [])]
    )


async def _words(family: Family, said: dict[UUID, UUID | None]) -> str:
    """What was done, and for whom a guardian waits for the practice's word."""
    called = {one.id: one.called for one in family.waiting} | {one.id: one.called for one in family.answered}
    practice = family.practice.name
    accepted = [name for one, name in called.items() if said.get(one)]
    declined = [name for one, name in called.items() if one in said and not said[one]]
    waits = [name for one, name in called.items() if said.get(one) and await invitations.awaits_word(one)]
    parts = [f"{practice} is linked to the portal{'s' * (len(accepted) > 1)} of {listed(accepted)} now"] * bool(
        accepted
    )
    parts += [f"You declined for {listed(declined)}, and {practice} is told"] * bool(declined)
    parts += [f"What they share of {listed(waits)} stands there once they have confirmed you"] * bool(waits)
    return ". ".join(parts)


async def family_page(request: Caller, link: Link, form: Form[Any] | None = None, status: int = 200) -> Response[bytes]:
    """What it says, and the form for whoever may answer: the email's own login or, where it has none, a new one."""
    family = await families.family_of(*link)
    mine = request.user is not None and request.user.account == family.known
    linkable = await invitations.linkable(family.known, family.practice.id) if mine and family.known else []
    return page(
        request, "public/family-invitation", status=status, form=form or Form(), link=link, family=family, mine=mine,
        practice=family.practice, portals=_portals(linkable), relationships=LOOKED_AFTER,
        bases=(guardians.PARENTAL, *guardians.BASES_FOR_ADULTS),
    )  # fmt: skip


def _portals(linkable: list[Linkable]) -> list[tuple[str, str, str]]:
    """What may become a child's portal: value, words, a line below them. Nothing where there is no choice."""
    theirs = [(str(one.id), f"The portal of {one.name}", "You look after it already.") for one in linkable]
    return [*theirs, ("new", "A new portal", "You are their guardian.")] if theirs else []


ROUTES: list[Any] = [open_family_invitation, show_family_invitation, answer_without_login, answer_with_login]
