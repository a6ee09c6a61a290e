"""The home of a practice: today there, and what waits, for each kind of member."""

from datetime import UTC, datetime, timedelta

import pytest

from db.engine import counting, run
from db.ids import new_id
from db.tables.member import Limit, MemberLevel, RoleType
from domain import notifications, practice_home
from domain.notifications import NotificationKind
from tests.clinic import NOW, Clinic, set_clock

MORNING = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
"""9 am of Friday 20 November in Sydney."""
HOUR = timedelta(hours=1)


@pytest.fixture
async def clinic(database):
    set_clock(NOW)
    return await Clinic.open(None)


async def home_of(clinic, *hired, **others):
    who = await clinic.hire("Nell Orr", *hired, **others)
    return await practice_home.read(await clinic.place(who))


async def test_today_is_the_practices_own_day(clinic):
    first, last = datetime(2026, 11, 19, 13, 0, tzinfo=UTC), datetime(2026, 11, 20, 12, 59, tzinfo=UTC)
    for starts_at in (first - timedelta(minutes=1), first, last, last + timedelta(minutes=1)):
        await clinic.book(starts_at)
    home = await home_of(clinic)
    assert [booking.starts_at for booking in home.today] == [first, last]


async def test_a_booking_says_who_with_whom_for_what(clinic):
    await clinic.book(MORNING)
    await clinic.book(MORNING + HOUR, status="Cancelled", cancelled_at=NOW)
    booking, cancelled = (await home_of(clinic)).today
    assert (booking.name, booking.patient, booking.practitioner, booking.type, booking.reason) == (
        "Mina Park", clinic.patient, "Dr Amara of Harbour Street Clinic", "Canary type", "Canary reason",
    )  # fmt: skip
    assert (booking.cancelled, cancelled.cancelled) == (False, True)


async def test_a_hidden_name_is_its_code_without_a_reason(clinic):
    await clinic.book(MORNING)
    [row] = await run("SELECT code FROM patient")
    home = await home_of(clinic, MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, hides_names=True)
    assert [(booking.name, booking.reason) for booking in home.today] == [(row["code"], "")]


@pytest.mark.parametrize(
    ("others", "names"),
    [
        ({"has_calendar": False}, None),
        ({"calendars": Limit.NONE}, None),
        ({"calendars": Limit.OWN}, []),
        ({"level": MemberLevel.PERSONAL}, []),
        ({"level": MemberLevel.OWN_AND_CONTACT}, []),
        ({"profiles": Limit.NONE}, [""]),
        ({"profiles": Limit.OWN}, [""]),
        ({"level": MemberLevel.CLINICAL}, ["Mina Park"]),
    ],
)
async def test_whose_calendar_shows_what(clinic, others, names):
    await clinic.book(MORNING)
    home = await home_of(clinic, **others)
    assert (None if home.today is None else [booking.name for booking in home.today]) == names
    if names == [""]:
        assert home.today
        assert (home.today[0].patient, home.today[0].reason) == (None, "")


async def test_ones_own_patients_appointments_are_ones_own(clinic):
    rhys = await clinic.hire("Rhys Lindqvist", MemberLevel.PERSONAL)
    await clinic.book(MORNING, practitioner=(await clinic.place(rhys)).member)
    home = await practice_home.read(await clinic.place(rhys))
    assert [booking.name for booking in home.today or ()] == ["Mina Park"]


async def test_another_practices_day_is_not_there(clinic):
    other = await Clinic.open(None, "Eastside Physio")
    await other.book(MORNING)
    assert (await home_of(clinic)).today == ()


async def test_an_empty_day_and_the_line_in_the_trail(clinic):
    home = await home_of(clinic)
    assert (home.today, home.notifications.shown, home.updates, home.guardians) == ((), (), (), ())
    [row] = await run("SELECT practice, subject FROM event WHERE kind = 'practice:view'")
    assert tuple(row.values()) == (clinic.practice, clinic.practice)


async def test_it_asks_as_often_for_many_as_for_none(clinic):
    who = await clinic.hire("Amara Okafor")
    place, asked = await clinic.place(who), []
    for _ in range(2):
        with counting() as statements:
            home = await practice_home.read(place)
        asked.append(len(statements))
        for number in range(practice_home.MOST_TODAY + 1):
            await clinic.book(MORNING + timedelta(minutes=number))
        for _ in range(practice_home.NEWEST + 1):
            kind = NotificationKind.INVITATION_ACCEPTED
            await notifications.tell(kind, clinic.practice, new_id(), patient=clinic.patient)
    assert asked == [6, 6]
    home = await practice_home.read(place)
    assert home.today is not None
    assert (len(home.today), home.more_today) == (practice_home.MOST_TODAY, True)
    assert (len(home.notifications.shown), home.notifications.more) == (practice_home.NEWEST, True)
