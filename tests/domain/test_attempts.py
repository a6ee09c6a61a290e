"""Rations: how often, from where, and for how long."""

from datetime import timedelta
from uuid import uuid4

import pytest

from db.engine import run
from domain import attempts, clock
from domain.errors import Refused, TooMany
from tests.clinic import set_clock

SECOND = timedelta(seconds=1)


async def spent(key: str, times: int) -> None:
    """That many tries, now."""
    await run("INSERT INTO attempt (key, at) SELECT $1, $2 FROM generate_series(1, $3)", key, clock.now(), times)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("203.0.113.255", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:DB8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("203.0.113.7/8", "203.0.113.7/8"),
        ("", "unknown"),
    ],
)
def test_what_counts_as_one_network(address, network):
    assert attempts.network(address) == network


def test_the_rations_are_what_the_promises_say():
    assert (attempts.LOGIN_PER_ACCOUNT, attempts.LOGIN_PER_NETWORK, attempts.LOGIN_OVER_ALL) == (10, 100, 1000)
    assert timedelta(minutes=5) == attempts.WINDOW
    assert attempts.ASKING_A_DAY == 10


@pytest.mark.parametrize("ration", [1, 10, 100, 1000])
async def test_a_ration_is_spent_to_its_last_and_no_further(database, ration):
    await spent("a", ration - 1)
    await attempts.spend({"a": ration}, attempts.WINDOW)
    for _ in range(2):
        with pytest.raises(TooMany):
            await attempts.spend({"a": ration}, attempts.WINDOW)
    assert len(await run("SELECT FROM attempt")) == ration


async def test_one_key_that_is_used_up_leaves_the_others_as_they_were(database):
    await spent("a", 3)
    with pytest.raises(TooMany):
        await attempts.spend({"a": 3, "b": 9}, attempts.WINDOW)
    assert await run("SELECT FROM attempt WHERE key = 'b'") == []
    await attempts.spend({"b": 1, "c": 1}, attempts.WINDOW)


async def test_the_window_slides(database):
    await spent("a", 1)
    [first] = await run("SELECT at FROM attempt")
    clock.set_offset(timedelta(minutes=2))
    await spent("a", 1)
    with pytest.raises(TooMany) as error:
        await attempts.spend({"a": 2}, attempts.WINDOW)
    assert error.value.until == first["at"] + attempts.WINDOW
    set_clock(first["at"] + attempts.WINDOW - 10 * SECOND)
    with pytest.raises(TooMany):
        await attempts.spend({"a": 2}, attempts.WINDOW)
    set_clock(first["at"] + attempts.WINDOW)
    await attempts.spend({"a": 2}, attempts.WINDOW)
    with pytest.raises(TooMany):
        await attempts.spend({"a": 2}, attempts.WINDOW)


async def test_of_several_that_are_used_up_the_last_to_be_free_counts(database):
    await spent("a", 1)
    clock.set_offset(timedelta(minutes=1))
    await spent("b", 1)
    [later] = await run("SELECT at FROM attempt WHERE key = 'b'")
    with pytest.raises(TooMany) as error:
        await attempts.spend({"a": 1, "b": 1}, attempts.WINDOW)
    assert error.value.until == later["at"] + attempts.WINDOW


async def test_forgetting_gives_one_key_its_whole_ration_back(database):
    await spent("a", 5)
    await spent("b", 5)
    await attempts.forget("a")
    await attempts.spend({"a": 1}, attempts.WINDOW)
    with pytest.raises(TooMany):
        await attempts.spend({"b": 5}, attempts.WINDOW)


async def test_ten_people_a_day_are_written_to_in_words_that_say_so(database):
    account = uuid4()
    await spent(f"ask:{account}", 9)
    await attempts.spend_asking(account)
    with pytest.raises(Refused) as refused:
        await attempts.spend_asking(account)
    assert refused.value.words == "You have written to 10 people today. Try again tomorrow"
    await attempts.spend_asking(uuid4())


async def test_the_sweep_keeps_all_that_a_window_still_reaches(database):
    for ago in (timedelta(days=2), timedelta(hours=26), timedelta(hours=23), timedelta()):
        await run("INSERT INTO attempt (key, at) VALUES ('a', $1)", clock.now() - ago)
    await attempts.sweep()
    assert len(await run("SELECT FROM attempt")) == 2
