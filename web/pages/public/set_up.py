"""What somebody sees who was asked for access and has no portal yet."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain import requests, sessions
from domain.tokens import Purpose
from web import links
from web.authorization import Open
from web.fields import Name, Password
from web.forms import Form, FormModel, read
from web.respond import done, page, redirect
from web.session import LINK, SESSION, Caller, end_session, ended


class SetUpForm(FormModel):
    name: Name
    password: Password


@get("/set-up/{token:str}", permission=Open.PUBLIC)
async def open_set_up(request: Caller, token: FromPath[str]) -> Response[bytes]:
    await requests.request_of(*links.named(request, Purpose.SET_UP, token))
    return redirect("/set-up", [links.kept(token)])


@get("/set-up", permission=Open.PUBLIC)
async def show_set_up(request: Caller) -> Response[bytes]:
    link = links.opened(request, Purpose.SET_UP)
    asked = await requests.request_of(*link)
    return page(request, "public/set-up", link=link, form=Form({"name": asked["name"]}), asked=asked)


@post("/set-up", permission=Open.PUBLIC)
async def set_up(request: Caller) -> Response[bytes]:
    """Makes account and portal. Whoever was logged in on this browser is logged out: the next login is another's."""
    link = await links.submitted(request, Purpose.SET_UP)
    asked = await requests.request_of(*link)
    form = await read(request, SetUpForm)
    if form.ok:
        with form.refusals():
            email = await requests.set_up(*link, form.value.name, form.value.password)
            await end_session(request)
            words = f"Your portal is ready. Log in with {email} to decide about the request"
            to = "/login?next=/account/access"
            return await done(request, to, flash=words, cookies=[ended(LINK), ended(SESSION)])
    return page(request, "public/set-up", form=form, link=link, asked=asked, status=422)


@post("/set-up/portal", permission=Open.LOGGED_IN)
async def open_portal(request: Caller, session: NamedDependency[sessions.Session]) -> Response[bytes]:
    portal = await requests.open_portal(session, *await links.submitted(request, Purpose.SET_UP))
    words = "Your portal is open. You can now decide about the request"
    return await done(request, f"/portal/{portal}/access", flash=words, cookies=[ended(LINK)])


ROUTES: list[Any] = [open_set_up, show_set_up, set_up, open_portal]
