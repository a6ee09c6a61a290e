"""Whoever is deactivated opens nothing at the very next request, whatever they read at that moment (decision 20).
ASVS 8.3.2."""

import asyncio

from litestar.types import ASGIApp

from db.engine import run
from db.tables.member import MemberLevel
from tests.cast import someone
from tests.clinic import Clinic
from tests.web.wire import Answer, cookie_of, send

ROUNDS, READERS = 100, 8


async def test_no_late_answer_in_a_hundred_rounds(database: None, site: ASGIApp) -> None:
    """Eight readers ask again and again while an owner ends it; what they ask after that is not found."""
    clinic = await Clinic.open((await someone("Mina Park")).portal)
    owner, rhys = await clinic.hire("Olga Owens", owner=True), await clinic.hire("Rhys Lindqvist", MemberLevel.CLINICAL)
    asking, reading = await cookie_of(owner.account), await cookie_of(rhys.account)
    member = (await clinic.place(rhys)).member
    home = "/practice/harbour-street-clinic"
    pages = (f"{home}/patients/{clinic.patient}", f"{home}/patients", home)
    late = read = 0
    for _ in range(ROUNDS):
        over = asyncio.Event()

        async def read_on(page: str, over: asyncio.Event = over) -> list[tuple[bool, Answer]]:
            answers = []
            while True:
                after = over.is_set()
                answers.append((after, await send(site, "GET", page, cookie=reading)))
                if after:
                    return answers

        await run("UPDATE member SET active = true, deactivated_at = NULL WHERE id = $1", member)
        readers = [asyncio.create_task(read_on(pages[n % len(pages)])) for n in range(READERS)]
        await asyncio.wait({asyncio.create_task(send(site, "GET", home, cookie=reading))})
        ended = await send(site, "POST", f"{home}/settings/users/{member}/deactivation", cookie=asking)
        over.set()
        assert ended.status == 303
        for answers in await asyncio.gather(*readers):
            late += sum(after and answer.status != 404 for after, answer in answers)
            read += sum(answer.status == 200 for _, answer in answers)
    assert late == 0
    assert read > ROUNDS
