"""**Add Patient** with No, sent twice: one portal."""

import asyncio
from datetime import timedelta

import pytest

from db.engine import run
from domain import clock, guardians
from domain.errors import Refused
from domain.guardians import PARENTAL
from tests.cast import Someone, someone
from tests.domain.sharing import leo_of, seen_by


async def test_the_same_sent_many_times_at_once_opens_one(database):
    mina = await someone("Mina Park")
    portals = await asyncio.gather(*(leo_of(mina) for _ in range(20)))
    assert len(set(portals)) == 1
    assert [patient.portal for patient in await seen_by(mina)] == portals[:1]
    assert len(await run("SELECT FROM attempt WHERE key LIKE 'open:%'")) == 1


async def opened(who: Someone, name: str = "Leo Park", relationship: str = "Son"):
    return await guardians.open_dependant(who.session, name, relationship, PARENTAL)


async def test_another_name_relationship_person_or_time_opens_another(database):
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    portals = [await leo_of(mina), await opened(mina, "Ada Park"), await opened(mina, relationship="Grandchild")]
    portals.append(await leo_of(theo))
    clock.set_offset(timedelta(minutes=9))
    assert await leo_of(mina) == portals[0]
    clock.set_offset(timedelta(minutes=11))
    assert len({*portals, await leo_of(mina)}) == 5


async def test_ten_a_day_in_words_that_say_so(database):
    mina = await someone("Mina Park")
    for n in range(10):
        await opened(mina, f"Child {n}")
    with pytest.raises(Refused) as refused:
        await opened(mina)
    assert refused.value.words == "You have opened 10 portals today. Try again tomorrow"
    assert len(await seen_by(mina)) == 10
    clock.set_offset(timedelta(days=1, minutes=1))
    await opened(mina)
