"""When a mailed link opens nothing, and why."""

import asyncio
from datetime import timedelta

import pytest

from db.engine import run
from db.ids import new_id
from domain import clock, links
from domain.errors import LinkClosed
from domain.links import OPEN_FOR, demand_open

SECOND = timedelta(seconds=10)


def link(**changes):
    return {"link_version": 2, "used_at": None, "expires_at": clock.now() + SECOND, **changes}


def test_a_request_and_an_offer_wait_fourteen_days():
    assert timedelta(days=14) == OPEN_FOR


def test_the_last_version_unused_and_in_time_is_open():
    row = link()
    assert demand_open(row, 2) is row


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (None, "malformed"),
        (link(used_at=clock.now()), "used"),
        (link(link_version=3), "ended"),
        (link(link_version=1), "ended"),
        (link(expires_at=clock.now() - SECOND), "expired"),
        (link(used_at=clock.now(), link_version=3, expires_at=clock.now() - SECOND), "used"),
        (link(link_version=3, expires_at=clock.now() - SECOND), "ended"),
    ],
)
def test_anything_else_is_closed(row, why):
    with pytest.raises(LinkClosed) as closed:
        demand_open(row, 2)
    assert closed.value.why == why


async def written(**changes):
    row = {"id": new_id(), "link_version": 2, "expires_at": clock.now() + SECOND, **changes}
    await run(
        "INSERT INTO sign_up (id, email, email_key, name, created_at, link_version, expires_at)"
        " VALUES ($1, 'a@example.com', 'a@example.com', 'A', $3, $2, $4)",
        row["id"],
        row["link_version"],
        clock.now(),
        row["expires_at"],
    )
    return row["id"]


async def test_a_link_is_used_up_once_also_by_fifty_at_once(database):
    row = await written()
    results = await asyncio.gather(*(links.use("sign_up", row, 2) for _ in range(50)), return_exceptions=True)
    assert results.count(None) == 1
    assert {result.why for result in results if isinstance(result, LinkClosed)} == {"used"}


async def test_an_older_version_uses_nothing_up(database):
    row = await written()
    with pytest.raises(LinkClosed):
        await links.use("sign_up", row, 1)
    assert await run("SELECT used_at FROM sign_up") == [{"used_at": None}]


async def test_a_link_that_expires_meanwhile_is_said_to_have(database):
    row = await written(expires_at=clock.now() - SECOND)
    with pytest.raises(LinkClosed) as closed:
        await links.use("sign_up", row, 2)
    assert closed.value.why == "expired"
