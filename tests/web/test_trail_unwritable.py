"""What cannot be written into the trail does not happen, and the site says to come again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from db.embedded_server import Addresses
from db.engine import run
from tests.cast import someone
from tests.web.conftest import Browser


@asynccontextmanager
async def trail_unwritable(addresses: Addresses) -> AsyncIterator[None]:
    owner = await asyncpg.connect(addresses.owner_database_url)
    try:
        await owner.execute("ALTER TABLE event ADD CONSTRAINT broken CHECK (false) NOT VALID")
        yield
    finally:
        await owner.execute("ALTER TABLE event DROP CONSTRAINT broken")
        await owner.close()


async def test_it_answers_503_and_changes_nothing(browser: Browser, addresses: Addresses) -> None:
    mina = await someone("Mina Park")
    await browser.log_in(mina)
    async with trail_unwritable(addresses):
        answer = await browser.post("/account/profile", data={"name": "Mina Kim"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert await run("SELECT name FROM account") == [{"name": "Mina Park"}]
