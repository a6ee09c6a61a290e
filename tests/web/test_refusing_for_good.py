"""**Do not let them ask again** is drawn as it is, and lifted by unticking it."""

import re

from db.tables.access import Status
from domain import access
from tests.cast import someone
from tests.domain.sharing import ask, decide, row_of
from tests.web.conftest import Browser


async def test_it_is_drawn_as_it_is_and_lifted_by_unticking_it(browser: Browser) -> None:
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    row = await row_of(kim)
    await decide(mina, row, Status.DISABLED, for_good=True)
    await browser.log_in(mina)
    address = f"/portal/{mina.portal}/access/{row['id']}"
    shown = (await browser.get(f"{address}/edit")).text
    assert re.search(r'name="refuse_for_good"[^>]* checked', shown)
    [person] = await access.people(await mina.visit())
    typed = {"status": "Disabled", "level": "Clinical", "role": "View", "version": str(person.version)}
    await browser.post(f"{address}/decision", data=typed)
    assert not (await row_of(kim))["refused_for_good"]
    assert " checked" not in re.findall(r'name="refuse_for_good"[^>]*>', (await browser.get(f"{address}/edit")).text)[0]
