"""What somebody sees who was asked for access and has no portal yet."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain import requests, sessions, tokens
from domain.tokens import Purpose
from web.authorization import Open
from web.fields import Name, Password
from web.forms import Form, FormModel, read
from web.respond import done, page, redirect
from web.session import LINK, SESSION, Caller, ended, keys_of, link_cookie, link_of


class SetUpForm(FormModel):
    name: Name
    password: Password


@get("/set-up/{token:str}", permission=Open.PUBLIC)
async def open_set_up(request: Caller, token: FromPath[str]) -> Response[bytes]:
    await requests.request_of(*tokens.read(Purpose.SET_UP, token, keys_of(request)))
    return redirect("/set-up", [link_cookie(token)])


@get("/set-up", permission=Open.PUBLIC)
async def show_set_up(request: Caller) -> Response[bytes]:
    asked = await requests.request_of(*link_of(request, Purpose.SET_UP))
    return page(request, "public/set-up", form=Form({"name": asked["name"]}), asked=asked)


@post("/set-up", permission=Open.PUBLIC)
async def set_up(request: Caller) -> Response[bytes]:
    """Makes account and portal. Whoever was logged in on this browser is logged out: the next login is another's."""
    link = link_of(request, Purpose.SET_UP)
    asked = await requests.request_of(*link)
    form = await read(request, SetUpForm)
    if form.ok:
        with form.refusals():
            email = await requests.set_up(*link, form.value.name, form.value.password)
            if request.user:
                await sessions.end(request.user)
            words = f"Your portal is ready. Log in with {email} to decide about the request"
            to = "/login?next=/account/access"
            return await done(request, to, flash=words, cookies=[ended(LINK), ended(SESSION)])
    return page(request, "public/set-up", form=form, asked=asked, status=422)


@post("/set-up/portal", permission=Open.LOGGED_IN)
async def open_portal(request: Caller, session: NamedDependency[sessions.Session]) -> Response[bytes]:
    portal = await requests.open_portal(session, *link_of(request, Purpose.SET_UP))
    words = "Your portal is open. You can now decide about the request"
    return await done(request, f"/portal/{portal}/access", flash=words, cookies=[ended(LINK)])


ROUTES: list[Any] = [open_set_up, show_set_up, set_up, open_portal]
