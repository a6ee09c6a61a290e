"""For those who watch the site: no page, no person."""

from typing import Any

from litestar import MediaType, get
from litestar.response import Response

from db.gone import DatabaseGone
from domain import readiness
from web.authorization import Open


@get("/healthz", permission=Open.PUBLIC, media_type=MediaType.TEXT)
async def answer_health() -> str:
    """The process answers."""
    return "ok"


@get("/readyz", permission=Open.PUBLIC)
async def answer_readiness() -> Response[dict[str, bool]]:
    """Database, migrations and outbox are well: 200, else 503."""
    try:
        state = await readiness.state()
    except DatabaseGone:
        state = {"database": False, "migrations": False, "outbox": False}
    return Response(state, status_code=200 if all(state.values()) else 503, media_type=MediaType.JSON)


@get("/favicon.ico", permission=Open.PUBLIC)
async def answer_favicon() -> Response[bytes]:
    """None; kept by the browser so that it asks once."""
    return Response(b"", status_code=204, headers={"Cache-Control": "public, max-age=31536000, immutable"})


@get("/robots.txt", permission=Open.PUBLIC, media_type=MediaType.TEXT)
async def answer_robots() -> str:
    return "User-agent: *\nDisallow: /account\nDisallow: /portal\nDisallow: /qa\n"


ROUTES: list[Any] = [answer_health, answer_readiness, answer_favicon, answer_robots]
