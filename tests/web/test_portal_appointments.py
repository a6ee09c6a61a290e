from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from db.engine import run
from tests.cast import someone
from tests.clinic import NOW, Clinic
from tests.web.conftest import Browser, text
from tests.web.portal_of_mina import child_of, household, standing_as


async def statuses() -> dict[UUID, str]:
    return {row["id"]: row["status"] for row in await run("SELECT id, status FROM appointment")}


async def test_each_stands_with_its_time_people_and_place(browser: Browser) -> None:
    home = await household()
    await browser.log_in(home.mina)
    said = text(await browser.get(f"{home.base}/appointments"))
    shown = (
        "Fri 27 November 2026, 2:00 pm Canary type with Dr Amara of Harbour Street Clinic"
        " Harbour Street Clinic, Room 2 Reason: Canary reason Cancel"
    )
    assert f"Upcoming {shown} Past Fri 13 November 2026, 2:00 pm" in said
    assert said.count("Cancel ") == 1


async def test_times_are_the_practices(browser: Browser) -> None:
    """Decision 24: two clinics in two zones, each by its own clocks."""
    home = await household()
    perth = await Clinic.open(home.mina.portal, "Western Clinic", "Australia/Perth")
    await perth.book(datetime(2026, 12, 24, 9, 5, tzinfo=ZoneInfo("Australia/Perth")), place="Western Clinic, Room 1")
    await browser.log_in(home.mina)
    said = text(await browser.get(f"{home.base}/appointments"))
    assert "Thu 24 December 2026, 9:05 am Canary type with Dr Amara of Western Clinic Western Clinic, Room 1" in said


async def test_an_empty_page_says_what_to_do(browser: Browser) -> None:
    zed = await someone("Zed Novak")
    await browser.log_in(zed)
    said = text(await browser.get(f"/portal/{zed.portal}/appointments"))
    assert "Nothing booked. To make an appointment, call your practice." in said
    assert "Nothing yet." in said


async def test_the_past_comes_a_page_at_a_time(browser: Browser) -> None:
    home = await household()
    for number in range(50):
        await home.clinic.book(NOW - timedelta(days=10 + number))
    await browser.log_in(home.mina)
    address = f"{home.base}/appointments"
    first, second, third = [await browser.get(f"{address}?page={number}") for number in (1, 2, 3)]
    assert [page.text.count('id="appointment-row-') for page in (first, second, third)] == [51, 1, 0]
    assert [("?page=2" in first.text), ("?page=1" in second.text), ("?page=3" in second.text)] == [True, True, False]
    assert "There are no older ones." in text(third)


@pytest.mark.parametrize(("number", "status"), [("0", 404), ("-1", 404), ("1001", 404), ("two", 400), ("9" * 400, 404)])
@pytest.mark.parametrize("place", ["appointments", "invoices"])
async def test_a_page_that_cannot_be(browser: Browser, place: str, number: str, status: int) -> None:
    home = await household()
    await browser.log_in(home.mina)
    assert (await browser.get(f"{home.base}/{place}?page={number}")).status_code == status


async def test_cancelling_on_pages(browser: Browser) -> None:
    """Without JavaScript: the row's link, a page that asks, and back with a confirmation."""
    home = await household()
    await browser.log_in(home.mina)
    address = f"{home.base}/appointments/{home.appointment}"
    asks = await browser.get(f"{address}/cancel")
    assert "<title>Cancel your appointment? · Mina Park · Kith" in asks.text
    assert f'action="{address}/cancellation"' in asks.text
    assert await statuses() == {home.appointment: "Booked", home.past: "Booked"}
    done = await browser.post(f"{address}/cancellation")
    assert ([one.status_code for one in done.history], done.url.path) == ([303], f"{home.base}/appointments")
    said = text(done)
    assert "Your appointment on Fri 27 November 2026 at 2:00 pm is cancelled" in said
    assert "Reason: Canary reason Cancelled Past" in said
    assert await statuses() == {home.appointment: "Cancelled", home.past: "Booked"}


async def test_cancelling_in_a_pop_up_changes_the_row(browser: Browser) -> None:
    home = await household()
    await browser.log_in(await standing_as("administrative edit", home.mina))
    address = f"{home.base}/appointments/{home.appointment}"
    asks = await browser.htmx("GET", f"{address}/cancel", "dialog")
    assert asks.text.lstrip().startswith('<form class="form" id="cancel-appointment"')
    assert "Cancel Mina’s appointment?" in asks.text
    done = await browser.htmx("POST", f"{address}/cancellation", "cancel-appointment")
    assert done.headers["HX-Retarget"] == f"#appointment-row-{home.appointment}"
    assert done.text.lstrip().startswith(f'<li id="appointment-row-{home.appointment}">')
    assert "Cancelled" in done.text
    assert "Mina’s appointment on Fri 27 November 2026 at 2:00 pm is cancelled" in text(done)
    assert "Canary" not in asks.text + done.text
    assert len(done.content) < 1000


async def test_cancelling_twice_and_too_late(browser: Browser) -> None:
    home = await household()
    await browser.log_in(home.mina)
    await browser.post(f"{home.base}/appointments/{home.appointment}/cancellation")
    for appointment, words in ((home.appointment, "is cancelled already"), (home.past, "is in the past")):
        address = f"{home.base}/appointments/{appointment}"
        again = await browser.post(f"{address}/cancellation")
        assert again.status_code == 422
        assert f"There is a problem This appointment {words}" in text(again)
        assert "<title>Error: Cancel" in again.text
        assert (await browser.htmx("POST", f"{address}/cancellation")).status_code == 422
        asks = await browser.get(f"{address}/cancel")
        assert words.replace("is ", "It is ", 1) in text(asks)
        assert "<button class" not in asks.text.partition("<main")[2]
    assert (await statuses())[home.past] == "Booked"


async def test_another_portals_appointment_is_not_found(browser: Browser) -> None:
    home = await household()
    leo = await child_of(home.mina)
    await browser.log_in(home.mina)
    for portal, appointment in ((leo, home.appointment), (home.mina.portal, uuid4())):
        address = f"/portal/{portal}/appointments/{appointment}"
        assert (await browser.get(f"{address}/cancel")).status_code == 404
        assert (await browser.post(f"{address}/cancellation")).status_code == 404
    assert set((await statuses()).values()) == {"Booked"}
