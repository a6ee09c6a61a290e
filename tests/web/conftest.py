"""The site in this process, over the tests' database."""

import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from litestar.types import ASGIApp

from db.embedded_server import Addresses
from domain import clock
from settings import Settings
from tests.cast import PASSWORD, Someone
from tests.conftest import EMPTY
from tests.web.practice_household import PracticeHousehold
from web.app import create_app

SITE = "https://kith.test"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The site's settings: https, so that its cookies come back."""
    var: Path = tmp_path_factory.mktemp("var")
    given = {"KITH_ENV": "test", "KITH_VAR": str(var), "KITH_BASE_URL": SITE}
    return Settings.from_environment({**given, **{k: os.environ[k] for k in ("KITH_DATABASE_URL",) if k in os.environ}})


@pytest.fixture(scope="session")
def site(settings: Settings, engine: None) -> ASGIApp:
    return create_app(settings)


@pytest.fixture(scope="module")
async def practices(engine: None, addresses: Addresses, settings: Settings, site: ASGIApp) -> PracticeHousehold:
    """The cast in its practices with a canary in every text, for the tests of a module that undo what they do."""
    connection = await asyncpg.connect(addresses.owner_database_url)
    await connection.execute(EMPTY)
    await connection.close()
    clock.set_offset(timedelta())
    return await PracticeHousehold.settle(site, settings)


class Browser(httpx.AsyncClient):
    """A browser without JavaScript: keeps cookies, follows redirects, sends what browsers send with a form."""

    def __init__(self, site: Any) -> None:
        super().__init__(
            transport=httpx.ASGITransport(app=site, raise_app_exceptions=True),
            base_url=SITE,
            headers={"Sec-Fetch-Site": "same-origin"},
            follow_redirects=True,
        )

    async def log_in(self, who: Someone | str) -> httpx.Response:
        email = who if isinstance(who, str) else who.email
        return await self.post("/login", data={"email": email, "password": PASSWORD})

    async def htmx(self, method: str, path: str, target: str = "", **more: Any) -> httpx.Response:
        """What htmx asks for a piece of a page."""
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": target}
        return await self.request(method, path, headers=headers, **more)


@pytest.fixture
async def browser(database: None, site: ASGIApp) -> AsyncIterator[Browser]:
    async with Browser(site) as client:
        yield client


@pytest.fixture
async def other_browser(database: None, site: ASGIApp) -> AsyncIterator[Browser]:
    async with Browser(site) as client:
        yield client


def text(response: httpx.Response) -> str:
    """What a page says, without its tags, in one line."""
    body = re.sub(r"<(script|style|title)\b.*?</\1>", "", response.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
