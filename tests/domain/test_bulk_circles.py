"""Whoever cancels, sends again or writes down a death in the same moment as Cancel all: nobody waits in a circle."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest

from db.engine import run, transaction
from domain import clock, invitations
from domain.errors import Refused
from domain.invitations import bulk, lapses
from domain.places import Place
from tests.clinic import Clinic
from tests.domain.inviting import practitioner
from tests.domain.inviting_many import adults, counts, invite, report_of

pytestmark = pytest.mark.usefixtures("database")
MANY = 40
Doing = Callable[[Place, list[UUID]], Awaitable[None]]


async def each(place: Place, doing: Callable[[UUID], Awaitable[object]]) -> None:
    """Once for every invitation, in the wrong order, and never mind those that were cancelled already."""
    for row in await run("SELECT id FROM invitation WHERE practice = $1 ORDER BY id DESC", place.practice.id):
        with suppress(Refused):
            await doing(row["id"])


async def cancels_each(place: Place, patients: list[UUID]) -> None:
    await each(place, lambda one: invitations.cancel(place, one))


async def sends_each_again(place: Place, patients: list[UUID]) -> None:
    await each(place, lambda one: invitations.resend(place, one, 1))


async def cancels_all(place: Place, patients: list[UUID]) -> None:
    await invitations.cancel_all(place)


async def writes_down_deaths(place: Place, patients: list[UUID]) -> None:
    async with transaction():
        await run("UPDATE patient SET deceased_on = '2026-01-01' WHERE id = ANY ($1)", patients)
        await invitations.cancel_for_the_dead(place.practice.id, place.account)


async def lapses_all(place: Place, patients: list[UUID]) -> None:
    await lapses.sweep()


@pytest.mark.parametrize("doing", [cancels_each, sends_each_again, cancels_all, writes_down_deaths, lapses_all])
async def test_nobody_waits_in_a_circle(doing: Doing) -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    other = await clinic.place(await clinic.hire("Zed Other"))
    for n in range(3):
        patients = await adults(clinic, MANY, last_name=f"Case{n}")
        made = await invite(place, await report_of(place, patients))
        if doing is lapses_all:
            await run(
                "UPDATE invitation SET expires_at = $1 WHERE state = 'Pending'", clock.now() - timedelta(seconds=1)
            )
        await asyncio.gather(bulk.cancel(place, made), doing(other, patients[::-1]))
        await bulk.cancel(place, made)
        assert await counts(made) == {"Cancelled": MANY}
        await run("DELETE FROM attempt")
