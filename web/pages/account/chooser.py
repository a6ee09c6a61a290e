"""Where to go, for an account that has several places or none."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Response

from domain.sessions import Session
from web.authorization import Open
from web.respond import page, redirect
from web.session import Caller


@get("/account", permission=Open.LOGGED_IN)
async def show_account(request: Caller, session: NamedDependency[Session]) -> Response[bytes]:
    if len(session.doors) == 1:
        return redirect(f"/portal/{session.doors[0].portal}/")
    return page(request, "account/chooser")


ROUTES: list[Any] = [show_account]
