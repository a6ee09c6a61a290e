"""Assembles the application: routes, the gate, error pages, what stands in front; nothing else."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ASGIApp

from db.engine import DB
from db.migrate import demand_env
from emails.kinds import demand_builders
from settings import Settings
from web import authorization, errors
from web.edge import Edge
from web.headers import SecurityHeaders, security_headers
from web.journal import Requests, take_over_logging
from web.pages import ROUTES
from web.static import build, serving
from web.templates import templates


def create_app(settings: Settings) -> ASGIApp:
    """The whole site for these settings. Raises when a route names no permission or a kind of mail has no builder."""
    demand_builders()
    static = build(settings.var)

    @asynccontextmanager
    async def database(_app: Litestar) -> AsyncIterator[None]:
        assert settings.database_url is not None
        started = DB.pool is None
        if started:
            await DB.start(settings.database_url)
        await demand_env(settings.env)
        yield
        if started:
            await DB.stop()

    app = Litestar(
        route_handlers=ROUTES,
        guards=[authorization.authorize],
        dependencies={
            "visit": Provide(authorization.provide_visit),
            "place": Provide(authorization.provide_place),
            "session": Provide(authorization.provide_session),
        },
        exception_handlers=errors.HANDLERS,
        lifespan=[database],
        state=State({"settings": settings, "templates": templates(static, qa=settings.qa)}),
        openapi_config=None,
        logging_config=None,
    )
    authorization.demand_permissions(app)
    logging.getLogger("litestar").setLevel(logging.CRITICAL)
    outermost: Any = serving(Edge(app, settings), static)
    if settings.env != "demo":  # where a person watches the terminal
        outermost = Requests(outermost)
    return SecurityHeaders(outermost, security_headers(static.style_source, production=settings.production))


def create_app_from_environment() -> ASGIApp:
    """For uvicorn, which is given a name and no settings."""
    take_over_logging()
    return create_app(Settings.from_environment())
