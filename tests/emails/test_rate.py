"""KITH_MAIL_PER_MINUTE, however many workers there are."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.engine import run
from domain import clock
from emails.outbox import Outbox
from emails.rate import Rate, RateReached
from emails.smtp import Post, Server
from tests.emails.sending import owe_sign_up

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def moment(monkeypatch):
    """A clock that stands still until a test moves it."""
    stands = [datetime(2026, 11, 20, 3, tzinfo=UTC)]
    monkeypatch.setattr(clock, "now", lambda: stands[0])
    return stands


async def granted(rates, moment, minutes):
    """When slots were granted to workers that all ask again and again."""
    times = []
    for _ in range(int(minutes * 60 / 0.25)):
        for rate in rates:
            try:
                await rate.demand_free()
            except RateReached:
                continue
            times += [moment[0]] * await rate.take(7)
        moment[0] += timedelta(seconds=0.25)
    return times


@pytest.mark.parametrize(("limit", "minutes"), [(1, 4), (10, 3), (90, 2.5), (1000, 1.5)])
async def test_two_workers_together_never_exceed_it_and_nearly_reach_it(moment, limit, minutes):
    times = await granted([Rate(limit), Rate(limit)], moment, minutes)
    minute = timedelta(minutes=1)
    for first in times:
        assert sum(first <= time <= first + minute for time in times) <= limit
    assert len(times) >= limit * minutes * 0.9 - 1


async def test_of_two_that_take_the_last_slot_at_once_one_gets_it(moment):
    rates = [Rate(10) for _ in range(8)]
    assert sorted(await asyncio.gather(*(rate.take(5) for rate in rates))) == [0] * 7 + [1]
    with pytest.raises(RateReached) as reached:
        await rates[0].demand_free()
    assert 6 < reached.value.seconds < 6.2


async def test_slots_nobody_used_are_not_saved_up(moment):
    rate = Rate(100)
    await rate.take(1)
    moment[0] += timedelta(hours=1)
    assert await rate.take(100) == rate.burst == 5


async def test_a_clock_that_was_further_on_stops_nothing(moment):
    rate = Rate(10)
    moment[0] += timedelta(days=14)
    await rate.take(1)
    moment[0] -= timedelta(days=14)
    await rate.demand_free()
    assert await rate.take(5) == 1


async def test_without_a_limit_nobody_asks(moment):
    rate = Rate(None)
    await rate.demand_free()
    assert await rate.take(20) == 20
    assert await run("SELECT FROM mail_rate") == []


async def test_two_outboxes_send_no_faster_and_urgent_mail_first(settings, office, moment):
    here = replace(settings, smtp_url=f"smtp://127.0.0.1:{office.port}", mail_per_minute=60)
    workers = [Outbox(here, Post(Server.parse(here.smtp_url), "kith.example")) for _ in range(2)]
    for number in range(60):
        await owe_sign_up(f"p{number}@patients.example.com")
    await run("UPDATE mail SET bulk = true")
    arrived = []
    for tick in range(50):
        if tick == 20:
            await owe_sign_up("urgent@example.com")
        for worker in workers:
            before = len(office.taken)
            with suppress(RateReached):
                await worker.turn(lambda: False)
            arrived += [tick] * (len(office.taken) - before)
        moment[0] += timedelta(seconds=1)
    assert arrived[:3] == [0, 0, 0]
    assert 45 <= len(arrived) <= 53
    assert arrived[office.recipients.index("urgent@example.com")] in (20, 21)
    waiting = await run("SELECT attempts, claim FROM mail WHERE sent_at IS NULL")
    assert all(row == {"attempts": 0, "claim": None} for row in waiting)
    for worker in workers:
        await worker.post.rest()
