"""Who is in the demo, and its first day over again."""

from typing import Any

from litestar import get, post
from litestar.response import Response

from demo import cast
from settings import Settings
from web.authorization import Open
from web.pages.qa.json_sent import HANDLERS, answer, sent
from web.session import Caller


async def start_again(settings: Settings) -> None:
    """The cast, the mailbox and the clock as on the first day; all sessions end."""
    await cast.reset(str(settings.owner_database_url or settings.database_url), settings)


@get("/qa/cast.json", permission=Open.QA)
async def show_cast(request: Caller) -> Response[Any]:
    return answer(await cast.cast())


@post("/qa/reset", permission=Open.QA, exception_handlers=HANDLERS)
async def reset(request: Caller) -> Response[Any]:
    """Answers with the cast, since birth dates are set on this day."""
    await sent(request)
    await start_again(request.app.state.settings)
    return answer(await cast.cast())


ROUTES: list[Any] = [show_cast, reset]
