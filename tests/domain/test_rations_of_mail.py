"""What somebody who is not logged in may cause to be mailed: nobody's sign-ups stop the owner's reset."""

import asyncio
from datetime import timedelta

import pytest

from db.engine import run
from domain import attempts, clock, password_resets, sign_ups
from domain.errors import TooMany
from tests.cast import mails, someone
from tests.domain.sharing import ADDRESS, trail, trail_end

MINA = "mina@example.com"


async def reset(address: str = ADDRESS) -> None:
    await password_resets.begin(MINA, address=address)


async def test_sign_ups_with_an_email_leave_its_resets_alone(database):
    await someone("Mina Park")
    for _ in range(3):
        await sign_ups.begin("Zed", MINA, own_health=False, address=ADDRESS)
    with pytest.raises(TooMany):
        await sign_ups.begin("Zed", MINA, own_health=False, address=ADDRESS)
    await reset()
    assert len(await mails("password-reset")) == 1


async def test_sign_ups_from_a_network_leave_its_resets_alone(database):
    await someone("Mina Park")
    for n in range(20):
        await sign_ups.begin("Zed", f"p{n}@example.com", own_health=False, address=ADDRESS)
    await reset()
    assert len(await mails("password-reset")) == 1


async def test_resets_asked_from_one_network_leave_those_from_another(database):
    await someone("Mina Park")
    for _ in range(3):
        await reset("198.51.100.1")
    with pytest.raises(TooMany):
        await reset("198.51.100.200")
    await reset(ADDRESS)


async def test_ten_resets_an_hour_of_one_email(database):
    await someone("Mina Park")
    for n in range(10):
        await reset(f"198.51.{n}.1")
    with pytest.raises(TooMany):
        await reset("203.0.113.1")
    clock.set_offset(timedelta(hours=1))
    await reset("203.0.113.1")


async def test_twenty_resets_an_hour_from_one_network(database):
    for n in range(20):
        await password_resets.begin(f"p{n}@example.com", address=ADDRESS)
    with pytest.raises(TooMany):
        await password_resets.begin("p20@example.com", address=ADDRESS)


async def test_asking_for_a_reset_is_in_the_trail_and_nobodys_act(database):
    mina = await someone("Mina Park")
    lines = await trail_end()
    await reset()
    await password_resets.begin("nobody@example.com", address=ADDRESS)
    assert [(line["kind"], line["account"], line["subject"]) for line in await trail(lines)] == [
        ("account:ask-for-reset", None, mina.account)
    ]


async def test_of_two_hundred_at_once_exactly_the_ration_passes(database):
    """The keys are given in either order, so that none waits for the other in a circle."""
    several = [{"a": 17, "b": 500}, {"b": 500, "a": 17}]
    results = await asyncio.gather(
        *(attempts.spend(several[n % 2], attempts.WINDOW) for n in range(200)), return_exceptions=True
    )
    assert [type(result).__name__ for result in results if result is not None] == ["TooMany"] * 183
    assert len(await run("SELECT FROM attempt WHERE key = 'a'")) == 17
