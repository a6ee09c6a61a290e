"""One's own login: the name shown to others, and the email."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Response

from domain import accounts
from domain.sessions import Session
from web.authorization import Open
from web.fields import Name
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller


class ProfileForm(FormModel):
    name: Name


@get("/account/profile", permission=Open.LOGGED_IN)
async def show_profile(request: Caller, session: NamedDependency[Session]) -> Response[bytes]:
    return page(request, "account/profile", form=Form({"name": session.name}))


@post("/account/profile", permission=Open.LOGGED_IN)
async def change_profile(request: Caller, session: NamedDependency[Session]) -> Response[bytes]:
    form = await read(request, ProfileForm)
    if not form.ok:
        return page(request, "account/profile", form=form, status=422)
    await accounts.rename(session, form.value.name)
    return await done(request, "/account/profile", flash="Your name is changed")


ROUTES: list[Any] = [show_profile, change_profile]
