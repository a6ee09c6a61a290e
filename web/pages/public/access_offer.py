"""What somebody sees to whom a guardian gives access."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain import guardians, sessions
from domain.tokens import Purpose
from web import links
from web.authorization import Open
from web.forms import Form, read
from web.pages.public.set_up import SetUpForm
from web.respond import done, page, redirect
from web.session import LINK, SESSION, Caller, end_session, ended


@get("/access-offers/{token:str}", permission=Open.PUBLIC)
async def open_offer(request: Caller, token: FromPath[str]) -> Response[bytes]:
    await guardians.offer_of(*links.named(request, Purpose.ACCESS_OFFER, token))
    return redirect("/access-offers", [links.kept(token)])


@get("/access-offers", permission=Open.PUBLIC)
async def show_offer(request: Caller) -> Response[bytes]:
    link = links.opened(request, Purpose.ACCESS_OFFER)
    offer = await guardians.offer_of(*link)
    return page(request, "public/access-offer", link=link, form=Form({"name": offer["name"]}), offer=offer)


@post("/access-offers/acceptance", permission=Open.LOGGED_IN)
async def accept_offer(request: Caller, session: NamedDependency[sessions.Session]) -> Response[bytes]:
    portal = await guardians.accept_offer(session, *await links.submitted(request, Purpose.ACCESS_OFFER))
    return await done(request, f"/portal/{portal}/", flash="You can open this portal now", cookies=[ended(LINK)])


@post("/access-offers", permission=Open.PUBLIC)
async def set_up_and_accept(request: Caller) -> Response[bytes]:
    link = await links.submitted(request, Purpose.ACCESS_OFFER)
    offer = await guardians.offer_of(*link)
    form = await read(request, SetUpForm)
    if form.ok:
        with form.refusals():
            email = await guardians.set_up_and_accept(*link, form.value.name, form.value.password)
            await end_session(request)
            words = f"Your account is ready. Log in with {email} to open the portal"
            return await done(request, "/login", flash=words, cookies=[ended(LINK), ended(SESSION)])
    return page(request, "public/access-offer", form=form, link=link, offer=offer, status=422)


ROUTES: list[Any] = [open_offer, show_offer, accept_offer, set_up_and_accept]
