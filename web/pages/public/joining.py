"""What somebody sees whom a practice asks to work in it."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain.members import joining
from domain.sessions import Session
from domain.tokens import Purpose
from web import links
from web.authorization import Open
from web.forms import Form, read
from web.pages.public.set_up import SetUpForm
from web.respond import done, page, redirect
from web.session import LINK, SESSION, Caller, end_session, ended


@get("/joining/{token:str}", permission=Open.PUBLIC)
async def open_joining(request: Caller, token: FromPath[str]) -> Response[bytes]:
    await joining.asking_of(*links.named(request, Purpose.JOINING, token))
    return redirect("/joining", [links.kept(token)])


@get("/joining", permission=Open.PUBLIC)
async def show_joining(request: Caller) -> Response[bytes]:
    link = links.opened(request, Purpose.JOINING)
    asked = await joining.asking_of(*link)
    return page(request, "public/joining", link=link, form=Form({"name": asked["name"]}), asked=asked)


@post("/joining", permission=Open.PUBLIC)
async def set_up_and_join(request: Caller) -> Response[bytes]:
    """Makes the login and takes the place. Whoever was logged in on this browser is logged out."""
    link = await links.submitted(request, Purpose.JOINING)
    asked = await joining.asking_of(*link)
    form = await read(request, SetUpForm)
    if form.ok:
        with form.refusals():
            joined = await joining.set_up_and_join(*link, form.value.name, form.value.password)
            await end_session(request)
            words = f"Your login is ready. Log in with {joined['email']}"
            to = f"/login?next=/practice/{joined['slug']}/"
            return await done(request, to, flash=words, cookies=[ended(LINK), ended(SESSION)])
    return page(request, "public/joining", form=form, link=link, asked=asked, status=422)


@post("/joining/acceptance", permission=Open.LOGGED_IN)
async def accept(request: Caller, session: NamedDependency[Session]) -> Response[bytes]:
    slug = await joining.accept_link(session, *await links.submitted(request, Purpose.JOINING))
    return await done(request, f"/practice/{slug}/", flash="You work here now", cookies=[ended(LINK)])


ROUTES: list[Any] = [open_joining, show_joining, set_up_and_join, accept]
