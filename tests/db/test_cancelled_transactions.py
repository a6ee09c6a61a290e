"""A transaction that is cancelled at whatever step leaves a connection that is good for the next one."""

import asyncio

import pytest

from db.engine import run, transaction


@pytest.mark.parametrize("steps", range(12))
async def test_cancelled_at_any_step(database: None, steps: int) -> None:
    async def work() -> object:
        async with transaction():
            return await run("SELECT 1 AS one")

    for _ in range(5):
        working = asyncio.create_task(work())
        for _ in range(steps):
            await asyncio.sleep(0)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        assert await asyncio.gather(*(work() for _ in range(3))) == [[{"one": 1}]] * 3
