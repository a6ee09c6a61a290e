"""One clock for all, which the QA room can move."""

from datetime import UTC, datetime, timedelta

from domain import clock

SOON = timedelta(seconds=5)


async def test_it_tells_the_time_in_utc(database):
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < SOON


async def test_it_is_moved_for_every_process_and_goes_on_ticking(database):
    await clock.move(timedelta(days=14))
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=14)) < SOON
    clock.set_offset(timedelta())
    assert abs(clock.now() - datetime.now(UTC)) < SOON
    await clock.read()
    before = clock.now()
    assert abs(before - datetime.now(UTC) - timedelta(days=14)) < SOON
    await clock.read()
    assert before < clock.now()


async def test_it_moves_back_too(database):
    await clock.move(-timedelta(days=3))
    await clock.move(timedelta())
    await clock.read()
    assert abs(clock.now() - datetime.now(UTC)) < SOON
