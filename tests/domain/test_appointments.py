import asyncio
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from db.engine import counting, run
from db.tables.access import Level, Role
from domain import appointments
from domain.appointments import AppointmentStatus
from domain.errors import NotFound, NotPermitted, Refused
from domain.paging import LAST, PAGE
from tests.cast import someone
from tests.clinic import NOW, Clinic, events, let_in, set_clock

HOUR = timedelta(hours=1)


async def test_the_owner_reads_everything_in_the_practices_time(database):
    set_clock(NOW)
    mina = await someone("Mina Park")
    clinic = await Clinic.open(mina.portal)
    booked = await clinic.book(NOW + HOUR)
    shown = await appointments.read(await mina.visit())
    [appointment] = shown.upcoming
    assert asdict(appointment) == {
        "id": booked,
        "starts_at": datetime(2026, 11, 20, 15, 0, tzinfo=ZoneInfo("Australia/Sydney")),
        "ends_at": datetime(2026, 11, 20, 15, 30, tzinfo=ZoneInfo("Australia/Sydney")),
        "zone": ZoneInfo("Australia/Sydney"),
        "place": "Room 2",
        "practitioner": "Dr Amara of Harbour Street Clinic",
        "practice": "Harbour Street Clinic",
        "practice_phone": "02 5550 1234",
        "type": "Canary type",
        "reason": "Canary reason",
        "status": AppointmentStatus.BOOKED,
        "can_be_cancelled": True,
    }
    assert appointment.starts_at.tzinfo == ZoneInfo("Australia/Sydney")
    assert (shown.past, shown.page, shown.more) == ((), 1, False)
    assert await appointments.one(await mina.visit(), booked) == appointment
    assert (await events(mina.portal))[-2:] == ["appointments:view", "appointments:view"]


async def test_daylight_saving_moves_the_hour_and_not_the_moment(database):
    set_clock(datetime(2026, 10, 1, tzinfo=UTC))
    mina = await someone("Mina Park")
    sydney = await Clinic.open(mina.portal)
    brisbane = await Clinic.open(mina.portal, "Eastside Physio", "Australia/Brisbane")
    # Clocks in Sydney go forward at 2 am on Sunday 4 October 2026.
    for clinic in (sydney, brisbane):
        await clinic.book(datetime(2026, 10, 3, 15, 30, tzinfo=UTC), minutes=60)
    upcoming = (await appointments.read(await mina.visit())).upcoming
    hours = {one.practice: (f"{one.starts_at:%d %H:%M %z}", f"{one.ends_at:%H:%M %z}") for one in upcoming}
    assert hours == {
        "Harbour Street Clinic": ("04 01:30 +1000", "03:30 +1100"),
        "Eastside Physio": ("04 01:30 +1000", "02:30 +1000"),
    }


async def test_what_is_over_is_past_and_comes_by_pages(database):
    set_clock(NOW)
    mina = await someone("Mina Park")
    clinic = await Clinic.open(mina.portal)
    going_on = await clinic.book(NOW - timedelta(minutes=10))
    for days in range(1, PAGE + 2):
        await clinic.book(NOW - timedelta(days=days))
    visit = await mina.visit()
    first, second = await appointments.read(visit), await appointments.read(visit, 2)
    assert [one.id for one in first.upcoming] == [going_on]
    assert not first.upcoming[0].can_be_cancelled
    assert (len(first.past), first.more) == (PAGE, True)
    assert first.past[0].starts_at == NOW - timedelta(days=1)
    assert ([one.starts_at for one in second.past], second.more) == ([NOW - timedelta(days=PAGE + 1)], False)
    for nowhere in (0, -1, LAST + 1, 10**30):
        with pytest.raises(NotFound):
            await appointments.read(visit, nowhere)


async def test_administrative_reads_the_name_for_others_and_no_reason(database):
    mina, jun, kim = await someone("Mina Park"), await someone("Jun Park"), await someone("Kim Sato", portal=False)
    clinic = await Clinic.open(mina.portal)
    booked = await clinic.book(NOW)
    await let_in(jun, mina, Level.ADMINISTRATIVE, Role.EDIT)
    await let_in(kim, mina, Level.CLINICAL, Role.VIEW)
    seen = await appointments.one(await jun.visit(mina.portal), booked)
    assert (seen.type, seen.reason) == ("Consultation", None)
    seen = await appointments.one(await kim.visit(mina.portal), booked)
    assert (seen.type, seen.reason) == ("Canary type", "Canary reason")


async def test_another_portals_appointment_is_not_found(database):
    mina, zed = await someone("Mina Park"), await someone("Zed Novak")
    clinic = await Clinic.open(mina.portal)
    booked = await clinic.book(NOW + timedelta(days=3650))
    unlinked = await clinic.book(NOW + timedelta(days=3650), patient=await clinic.admit(None))
    for visit, appointment in (
        (await zed.visit(), booked),
        (await mina.visit(), unlinked),
        (await mina.visit(), uuid4()),
    ):
        assert appointment not in {one.id for one in (await appointments.read(visit)).upcoming}
        with pytest.raises(NotFound):
            await appointments.one(visit, appointment)
        with pytest.raises(NotFound):
            await appointments.cancel(visit, appointment)
    assert not await run("SELECT FROM appointment WHERE status = 'Cancelled'")


async def test_an_edit_role_cancels_in_its_own_name(database):
    set_clock(NOW)
    mina, jun = await someone("Mina Park"), await someone("Jun Park")
    clinic = await Clinic.open(mina.portal)
    booked = await clinic.book(NOW + HOUR)
    await let_in(jun, mina, Level.ADMINISTRATIVE, Role.EDIT)
    visit = await jun.visit(mina.portal)
    await appointments.cancel(visit, booked)
    cancelled = await appointments.one(await mina.visit(), booked)
    assert (cancelled.status, cancelled.can_be_cancelled) == (AppointmentStatus.CANCELLED, False)
    [row] = await run("SELECT cancelled_by, cancelled_at FROM appointment")
    assert row["cancelled_by"] == jun.account
    assert NOW <= row["cancelled_at"] < NOW + timedelta(minutes=5)
    [line] = await run("SELECT * FROM event WHERE kind = 'appointment:cancel'")
    assert (line["account"], line["portal"], line["practice"], line["access"], line["subject"]) == (
        jun.account, mina.portal, clinic.practice, visit.access, booked,
    )  # fmt: skip
    with pytest.raises(Refused, match="cancelled already"):
        await appointments.cancel(visit, booked)


async def test_what_has_begun_is_not_cancelled(database):
    set_clock(NOW)
    mina = await someone("Mina Park")
    clinic = await Clinic.open(mina.portal)
    begun = await clinic.book(NOW - timedelta(seconds=1))
    with pytest.raises(Refused, match=r"in the past\. To change it, call Harbour Street Clinic on 02 5550 1234"):
        await appointments.cancel(await mina.visit(), begun)
    assert not (await appointments.one(await mina.visit(), begun)).can_be_cancelled
    assert "appointment:cancel" not in await events(mina.portal)


async def test_a_view_role_cancels_nothing(database):
    set_clock(NOW)
    mina, kim = await someone("Mina Park"), await someone("Kim Sato", portal=False)
    booked = await (await Clinic.open(mina.portal)).book(NOW + HOUR)
    await let_in(kim, mina, Level.CLINICAL, Role.VIEW)
    with pytest.raises(NotPermitted):
        await appointments.cancel(await kim.visit(mina.portal), booked)
    assert (await appointments.one(await mina.visit(), booked)).status is AppointmentStatus.BOOKED


async def test_of_twenty_who_cancel_at_once_one_wins(database):
    set_clock(NOW)
    mina = await someone("Mina Park")
    booked = await (await Clinic.open(mina.portal)).book(NOW + HOUR)
    visit = await mina.visit()
    # Each gets a connection of its own first, so that none waits for another to be done.
    await asyncio.gather(*(appointments.one(visit, booked) for _ in range(20)))
    ends = await asyncio.gather(*(appointments.cancel(visit, booked) for _ in range(20)), return_exceptions=True)
    assert [end for end in ends if not isinstance(end, Refused)] == [None]
    assert (await events(mina.portal)).count("appointment:cancel") == 1


async def test_a_page_asks_three_times_whatever_the_number_of_rows(database):
    set_clock(NOW)
    mina = await someone("Mina Park")
    clinic = await Clinic.open(mina.portal)
    visit = await mina.visit()
    for hours in range(-5, 6):
        await clinic.book(NOW + HOUR * hours)
        with counting() as asked:
            await appointments.read(visit)
        assert len(asked) == 3
