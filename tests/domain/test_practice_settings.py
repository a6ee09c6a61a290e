"""Settings > General: the defaults, and their effect at once for everyone (S3.2 to S3.6)."""

import asyncio

import pytest

from db.engine import run
from db.tables.member import MemberLevel
from domain import practice_settings, practices
from domain.errors import Changed, NotPermitted
from domain.practice_settings import Settings, UpdateMode
from tests.clinic import Clinic

OFF = Settings(invitations=False, updates=UpdateMode.DISABLED, note_sharing=True)
AUTO = Settings(invitations=True, updates=UpdateMode.AUTO, note_sharing=True)


async def amara():
    clinic = await Clinic.open(None)
    return clinic, await clinic.hire("Amara Okafor")


def settings_of(practice):
    return Settings(practice.invitations, practice.updates, practice.note_sharing)


async def lines():
    return await run("SELECT account, practice, subject FROM event WHERE kind = 'settings:change'")


async def test_a_new_practice_has_the_defaults(database):
    await practices.create("Bay Clinic", "bay", "Australia/Perth")
    practice = await practices.find("bay")
    assert settings_of(practice) == Settings(invitations=True, updates=UpdateMode.APPROVAL, note_sharing=False)


async def test_they_hold_for_everybody_from_the_next_request_on(database):
    clinic, who = await amara()
    rhys = await clinic.hire("Rhys Lindqvist", MemberLevel.PERSONAL)
    other = await Clinic.open(None, "Eastside Physio")
    now = await practice_settings.change(await clinic.place(who), OFF, 1)
    assert (settings_of(now), now.settings_version) == (OFF, 2)
    assert settings_of((await clinic.place(rhys)).practice) == OFF
    assert settings_of((await other.place(await other.hire("Priya Nair"))).practice) != OFF
    [line] = await lines()
    assert tuple(line.values()) == (who.account, clinic.practice, clinic.practice)


async def test_a_form_from_before_a_change_overwrites_nothing(database):
    clinic, who = await amara()
    place = await clinic.place(who)
    await practice_settings.change(place, OFF, 1)
    with pytest.raises(Changed):
        await practice_settings.change(place, AUTO, 1)
    assert settings_of((await clinic.place(who)).practice) == OFF


async def test_of_two_at_once_one_is_told(database):
    clinic, who = await amara()
    place = await clinic.place(who)
    tried = (practice_settings.change(place, settings, 1) for settings in (OFF, AUTO))
    outcomes = await asyncio.gather(*tried, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(Changed) == 1
    assert len(await lines()) == 1


async def test_pressed_twice_or_unchanged_it_leaves_one_line(database):
    clinic, who = await amara()
    place = await clinic.place(who)
    await asyncio.gather(*(practice_settings.change(place, OFF, 1) for _ in range(2)))
    assert (await practice_settings.change(place, OFF, 2)).settings_version == 2
    assert len(await lines()) == 1


@pytest.mark.parametrize(
    "others",
    [{"level": level} for level in MemberLevel if level is not MemberLevel.FULL] + [{"read_only": True}],
)
async def test_only_full_access_changes_them(database, others):
    clinic, _ = await amara()
    who = await clinic.hire("Nell Orr", **others)
    with pytest.raises(NotPermitted):
        await practice_settings.change(await clinic.place(who), OFF, 1)
