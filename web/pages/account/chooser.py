"""Where to go, for an account that has several places or none."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Response

from domain.sessions import Session
from web.authorization import Open
from web.next import home_of
from web.respond import page, redirect
from web.session import Caller


@get("/account", permission=Open.LOGGED_IN)
async def show_account(request: Caller, session: NamedDependency[Session]) -> Response[bytes]:
    home = home_of(session)
    return page(request, "account/chooser") if home == request.url.path else redirect(home)


ROUTES: list[Any] = [show_account]
