"""The notes that practitioners share with a portal's person, a page at a time."""

from typing import Annotated, Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Response

from domain.notes import shared
from domain.permissions import Permission
from domain.portals import Visit
from web.respond import page
from web.session import Caller


@get("/portal/{portal:uuid}/records/notes", permission=Permission.VIEW_RECORDS)
async def show_notes(
    request: Caller, visit: NamedDependency[Visit], number: Annotated[int, QueryParameter(name="page")] = 1
) -> Response[bytes]:
    return page(request, "portal/notes", notes=await shared.read(visit, number), whole=True)


ROUTES: list[Any] = [show_notes]
