"""What waits for an account's own yes or no: the practices that ask it to join."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain.members import joining
from domain.sessions import Session
from web.authorization import Open
from web.respond import done, page
from web.session import Caller

HERE = "/account/notifications"


@get(HERE, permission=Open.LOGGED_IN)
async def show_notifications(request: Caller, session: NamedDependency[Session]) -> Response[bytes]:
    return page(request, "account/notifications", asked=await joining.asked(session))


@post(f"{HERE}/{{asking:uuid}}/acceptance", permission=Open.LOGGED_IN)
async def accept(request: Caller, asking: FromPath[UUID], session: NamedDependency[Session]) -> Response[bytes]:
    joined = await joining.accept(session, asking)
    return await done(request, f"/practice/{joined.slug}/", flash=f"You now work with {joined.practice}")


@post(f"{HERE}/{{asking:uuid}}/refusal", permission=Open.LOGGED_IN)
async def decline(request: Caller, asking: FromPath[UUID], session: NamedDependency[Session]) -> Response[bytes]:
    declined = await joining.decline(session, asking)
    return await done(request, HERE, flash=f"You have declined. {declined.practice} is told so")


ROUTES: list[Any] = [show_notifications, accept, decline]
