"""The home of a portal: what comes next, what is owed, what there is and what waits."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Response

from domain import home
from domain.permissions import Permission
from domain.portals import Visit
from web.respond import page
from web.session import Caller


@get("/portal/{portal:uuid}", permission=Permission.OPEN_PORTAL)
async def show_home(request: Caller, visit: NamedDependency[Visit]) -> Response[bytes]:
    return page(request, "portal/home", home=await home.read(visit))


ROUTES: list[Any] = [show_home]
