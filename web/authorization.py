"""The one gate: every handler names what it needs, `permission=…`, or nothing starts."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from domain import notifications, places, portals
from domain.errors import NotFound
from domain.permissions import Permission, PlacePermission, demand
from domain.places import Place
from domain.portals import Visit
from domain.sessions import Session
from web.errors import LoginNeeded
from web.session import Caller

ASKS_FOR_METHODS = "options_handler"
"""Litestar's own answer to OPTIONS: which methods an address knows, and nothing else."""


class Open(StrEnum):
    """What a handler may need that no permission of a portal or practice says."""

    PUBLIC = "public"
    LOGGED_IN = "logged in"
    QA = "qa room"


IN_ADDRESS: dict[type[object], str] = {
    Open: "",
    Permission: "{portal:uuid}",
    PlacePermission: "/practice/{slug:str}",
}
"""What the address of a handler must hold for the permission that it names."""


async def authorize(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Lets nobody past who lacks what the handler declares. Loads the visit or place afresh at every request.

    Raises LoginNeeded, NotFound or NotPermitted.
    """
    if handler.handler_name == ASKS_FOR_METHODS:
        return
    needed = handler.opt["permission"]
    if needed == Open.PUBLIC:
        return
    if needed == Open.QA:
        if not connection.app.state.settings.qa:
            raise NotFound
        return
    session: Session | None = connection.user
    if session is None:
        raise LoginNeeded
    if isinstance(needed, PlacePermission):
        slug = str(connection.path_params["slug"])
        place = connection.state.place = await places.place(session.account, session.name, slug)
        demand(place, needed)
        connection.state.notified = await notifications.waiting(place)
    elif needed != Open.LOGGED_IN:
        portal = UUID(str(connection.path_params["portal"]))
        connection.state.visit = await portals.visit(session.account, session.name, portal)
        demand(connection.state.visit, needed)


async def provide_visit(request: Caller) -> Visit:
    """How the account stands in the portal of this address: what the gate loaded."""
    visit: Visit = request.state.visit
    return visit


async def provide_place(request: Caller) -> Place:
    """The account's place in the practice of this address: what the gate loaded."""
    place: Place = request.state.place
    return place


async def provide_session(request: Caller) -> Session:
    """The session that the gate let in."""
    assert request.user is not None
    return request.user


def demand_permissions(app: Litestar) -> None:
    """Raises RuntimeError for a handler that names no permission, or one that its address has no place for."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if not isinstance(handler, HTTPRouteHandler) or handler.handler_name == ASKS_FOR_METHODS:
                continue
            needed = handler.opt.get("permission")
            if type(needed) not in IN_ADDRESS:
                raise RuntimeError(f"{route.path}: {handler.handler_name} names no permission")
            if IN_ADDRESS[type(needed)] not in str(route.path_format) + str(route.path):
                raise RuntimeError(f"{route.path}: {needed} needs {IN_ADDRESS[type(needed)]} in the address")
