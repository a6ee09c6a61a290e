"""A bulk invitation on its way: held, sent, and what stands beside each patient then, whatever happened meanwhile."""

from datetime import timedelta

import pytest

from db.engine import run
from domain import clock, invitations
from domain.invitations import bulk
from domain.invitations.bulk import Phase
from tests.clinic import Clinic, set_clock
from tests.domain.inviting import practitioner
from tests.domain.inviting_many import adults, child, counts, invite, report_of
from tests.domain.inviting_many import invitations as invited
from tests.emails.sending import send_all

pytestmark = pytest.mark.usefixtures("database")


async def hold_over() -> None:
    set_clock(clock.now() + timedelta(minutes=2))


async def test_nothing_goes_in_the_hold_and_all_of_it_after(outbox, office):
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    patients = [*await adults(clinic, 3), await child(clinic), await child(clinic, "Beto")]
    made = await invite(place, await report_of(place, patients))
    set_clock(clock.now() + timedelta(seconds=110))
    await send_all(outbox)
    assert office.taken == []
    assert (await bulk.read(place, made)).phase is Phase.HELD
    await hold_over()
    await send_all(outbox)
    assert sorted(office.recipients) == [f"p{n}@example.com" for n in range(3)] + ["silva.family@example.com"]
    assert await counts(made) == {"Sent": 5}
    assert (await bulk.read(place, made)).phase is Phase.DONE


async def test_whatever_happens_in_the_hold_each_is_mailed_once_at_most_and_counted_once(outbox, office):
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    made = await invite(place, await report_of(place, await adults(clinic, 5)))
    cancelled, resent, dead, bounced, _ = await invited()
    await invitations.cancel(place, cancelled["id"])
    set_clock(clock.now() + timedelta(seconds=30))
    await invitations.resend(place, resent["id"], 1)
    await send_all(outbox)
    assert office.recipients == ["p1@example.com"]
    assert await counts(made) == {"Cancelled": 1, "Sent": 1, "Waiting": 3}
    await run("UPDATE patient SET deceased_on = '2026-01-01' WHERE id = $1", dead["patient"])
    await invitations.cancel_for_the_dead(clinic.practice, place.account)
    office.answers["p3@example.com"] = ["550 5.1.1 No such user"]
    await hold_over()
    await send_all(outbox)
    assert sorted(office.recipients) == ["p1@example.com", "p4@example.com"]
    assert await counts(made) == {"Cancelled": 2, "Sent": 2, "Failed": 1}
    [row] = (await bulk.outcomes(place, made, bulk.BulkOutcome.FAILED)).rows
    assert (row.name, row.reason) == ("P3 Case", "There is no such mailbox. Check the address with the patient")
    assert bounced["patient"] == row.patient
    assert await bulk.retry(place, made) == 1
    await send_all(outbox)
    assert office.recipients.count("p3@example.com") == 1
    assert await counts(made) == {"Cancelled": 2, "Sent": 3}


async def test_an_email_of_staff_elsewhere_ends_as_one_to_no_mailbox_does(outbox, office):
    """Decision 14."""
    clinic, other = await Clinic.open(None), await Clinic.open(None, "Eastside Physio")
    place = await practitioner(clinic)
    await other.hire("Priya Nair")
    patients = await adults(clinic, 2)
    theirs = "UPDATE patient SET email = 'priya@example.com', email_key = 'priya@example.com' WHERE id = $1"
    await run(theirs, patients[0])
    made = await invite(place, await report_of(place, patients))
    assert await counts(made) == {"Waiting": 2}
    await hold_over()
    await send_all(outbox)
    assert office.recipients == ["p1@example.com"]
    assert await counts(made) == {"Sent": 1, "Failed": 1}
    [row] = (await bulk.outcomes(place, made, bulk.BulkOutcome.FAILED)).rows
    assert row.reason == "There is no such mailbox. Check the address with the patient"


async def test_a_family_of_whom_one_is_cancelled_is_written_to_about_the_others(outbox, office):
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    made = await invite(place, await report_of(place, [await child(clinic, name) for name in ("Ana", "Beto", "Caro")]))
    [first, *_] = await invited()
    await invitations.cancel(place, first["id"])
    await hold_over()
    await send_all(outbox)
    assert len(office.taken) == 1
    assert await counts(made) == {"Cancelled": 1, "Sent": 2}
