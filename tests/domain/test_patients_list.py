"""What stands under **Patients You Access**, whatever became of it before."""

from datetime import timedelta

import pytest

from db.engine import run
from db.tables.access import Status
from domain import access
from tests.cast import someone
from tests.clinic import set_clock
from tests.domain.sharing import ask, decide, leo_of, let_in_leo, row_of, seen_by


async def held_back_and_then_let_in():
    """Kim was denied, withdrew and asked again at once, which nobody heard of; Mina then granted the first request."""
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    first = await row_of(kim, mina.portal)
    await decide(mina, first, Status.DISABLED)
    set_clock(first["expires_at"] + timedelta(hours=1))
    await ask(kim, mina.email)
    again = await row_of(kim)
    assert again["held_back"]
    await decide(mina, first, Status.CURRENT)
    return mina, kim, again


async def test_a_grant_shows_though_its_person_asked_again_meanwhile(database):
    mina, kim, _ = await held_back_and_then_let_in()
    assert [(patient.status, patient.portal) for patient in await seen_by(kim)] == [(Status.CURRENT, mina.portal)]


async def test_a_newer_row_that_waits_does_not_hide_one_that_opens(database):
    mina, kim, again = await held_back_and_then_let_in()
    await run("UPDATE access SET status = 'Pending', reason = NULL WHERE id = $1", again["id"])
    assert [(patient.status, patient.portal) for patient in await seen_by(kim)] == [(Status.CURRENT, mina.portal)]


async def test_nothing_that_was_held_back_comes_to_light_when_the_grant_ends(database):
    mina, kim, again = await held_back_and_then_let_in()
    await decide(mina, await row_of(kim, mina.portal), Status.DISABLED)
    assert [patient.status for patient in await seen_by(kim)] == [Status.DISABLED]
    assert await run("SELECT FROM access WHERE id = $1 AND status = 'Disabled'", again["id"])


async def test_what_is_held_back_from_another_owner_stays(database):
    mina, kim, zed = await someone("Mina Park"), await someone("Kim Sato"), await someone("Zed Novak")
    await ask(kim, mina.email)
    await ask(kim, zed.email)
    await run("UPDATE access SET held_back = true, portal = NULL WHERE portal = $1", zed.portal)
    await decide(mina, await row_of(kim, mina.portal), Status.CURRENT)
    assert {patient.status for patient in await seen_by(kim)} == {Status.CURRENT, Status.PENDING}


@pytest.mark.parametrize("end", ["left", "revoked"])
async def test_what_began_as_an_offer_keeps_the_patients_name_when_it_ends(database, end):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    leo = await leo_of(mina)
    await let_in_leo(mina, leo, kim)
    if end == "left":
        await access.leave(await kim.visit(leo))
    else:
        await decide(mina, await row_of(kim, leo), Status.DISABLED)
    assert [(patient.name, patient.status) for patient in await seen_by(kim)] == [("Leo Park", Status.DISABLED)]
