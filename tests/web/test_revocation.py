"""Access that is ended is over at the very next request, whoever reads at that moment (S1.5). ASVS 8.3.2."""

import asyncio

from litestar.types import ASGIApp

from db.engine import run
from domain import sessions
from domain.access import Level, Role
from tests.cast import Someone, someone
from tests.clinic import let_in
from tests.web.wire import Answer, send

ROUNDS, READERS = 100, 8


async def _logged_in(who: Someone) -> str:
    return f"__Host-session={await sessions.begin(who.account, '')}"


async def test_no_late_answer_in_a_hundred_rounds(database: None, site: ASGIApp) -> None:
    """Eight readers ask again and again while the owner ends it; what they ask after that is not found."""
    mina, jun = await someone("Mina Park"), await someone("Jun Park")
    await let_in(jun, mina, Level.CLINICAL, Role.EDIT)
    [row] = await run("SELECT id FROM access WHERE portal = $1", mina.portal)
    owner, reader = await _logged_in(mina), await _logged_in(jun)
    page = f"/portal/{mina.portal}/access"
    late = read = 0
    for _ in range(ROUNDS):
        over = asyncio.Event()

        async def read_on(over: asyncio.Event = over) -> list[tuple[bool, Answer]]:
            answers = []
            while True:
                after = over.is_set()
                answers.append((after, await send(site, "GET", page, cookie=reader)))
                if after:
                    return answers

        [restored] = await run(
            "UPDATE access SET status = 'Current', reason = NULL WHERE id = $1 RETURNING version", row["id"]
        )
        readers = [asyncio.create_task(read_on()) for _ in range(READERS)]
        await asyncio.wait({asyncio.create_task(send(site, "GET", page, cookie=reader))})
        form = {"status": "Disabled", "level": "Clinical", "role": "Edit", "version": restored["version"]}
        ended = await send(site, "POST", f"{page}/{row['id']}/decision", cookie=owner, form=form)
        over.set()
        assert ended.status == 303
        for answers in await asyncio.gather(*readers):
            late += sum(after and answer.status != 404 for after, answer in answers)
            read += sum(answer.status == 200 for _, answer in answers)
    assert late == 0
    assert read > ROUNDS
