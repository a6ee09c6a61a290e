"""Emails compared without case and surrounding space (decision 7)."""

import asyncio

import pytest

from db.engine import transaction
from domain import addresses
from domain.addresses import email_key


@pytest.mark.parametrize("typed", ["mina@example.com", "MINA@EXAMPLE.COM", " Mina@Example.com\t", "\nmina@example.com"])
def test_spellings_of_one_email_are_one(typed):
    assert email_key(typed) == "mina@example.com"


@pytest.mark.parametrize("other", ["mina+1@example.com", "mi.na@example.com", "mina@example.org", "mina @example.com"])
def test_other_emails_are_others(other):
    assert email_key(other) != email_key("mina@example.com")


async def test_what_holds_an_email_goes_one_after_another_and_leaves_other_emails_alone(database):
    held, theo_done, steps = asyncio.Event(), asyncio.Event(), []

    async def first() -> None:
        async with transaction():
            await addresses.hold("mina@example.com")
            held.set()
            await theo_done.wait()
            steps.append("first")

    async def second() -> None:
        await held.wait()
        async with transaction():
            await addresses.hold("mina@example.com")
            steps.append("second")

    async def theo() -> None:
        await held.wait()
        async with transaction():
            await addresses.hold("theo@example.com")
        theo_done.set()

    await asyncio.wait_for(asyncio.gather(first(), second(), theo()), 10)
    assert steps == ["first", "second"]
