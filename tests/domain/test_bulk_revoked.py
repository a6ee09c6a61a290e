"""Whoever is kept from a patient leaves that patient's invitation alone (S4.8), and what a bulk invitation archived
waits again when it is taken back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db.engine import run
from domain import clock, invitations
from domain.invitations import bulk
from domain.invitations.bulk.cancelling import CalledOff
from domain.notifications import NotificationKind, tell
from domain.places import Place
from tests.clinic import Clinic, set_clock, write
from tests.domain.inviting import practitioner
from tests.domain.inviting_many import adults, child, counts, invite, owed, report_of

pytestmark = pytest.mark.usefixtures("database")


async def kept_from(clinic: Clinic, place: Place, *patients: UUID) -> Place:
    """Somebody who reads every other profile."""
    kept = await clinic.place(await clinic.hire("Zed Kept"))
    for patient in patients:
        await write(
            "patient_revocation", patient=patient, member=kept.member, revoked_by=place.account, revoked_at=clock.now()
        )
    return kept


async def test_try_again_leaves_those_failed_whom_one_does_not_find() -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    patients = await adults(clinic, 2)
    made = await invite(place, await report_of(place, patients))
    await run("UPDATE bulk_invitation_patient SET outcome = 'Failed', reason = 'No mailbox', mail = NULL")
    await run("UPDATE invitation SET state = 'Undeliverable', failure = 'No mailbox'")
    kept = await kept_from(clinic, place, patients[0])
    assert await bulk.retry(kept, made) == 1
    assert await counts(made) == {"Failed": 1, "Waiting": 1}
    assert await bulk.retry(place, made) == 1
    assert await counts(made) == {"Waiting": 2}


async def test_cancel_all_leaves_those_waiting_whom_one_does_not_find() -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    patients, ana, beto = await adults(clinic, 2), await child(clinic), await child(clinic, "Beto")
    made = await invite(place, await report_of(place, [*patients, ana, beto]))
    kept = await kept_from(clinic, place, patients[0], ana)
    assert await bulk.cancel(kept, made) == CalledOff(2, 2)
    assert await counts(made) == {"Waiting": 2, "Cancelled": 2}
    rows = await run("SELECT patient FROM invitation WHERE state = 'Pending'")
    assert {row["patient"] for row in rows} == {patients[0], ana}
    assert [mail["recipient"] for mail in await owed()] == ["p0@example.com", "silva.family@example.com"]
    assert len(await run("SELECT FROM attempt")) == 2, "two mails go still"
    assert await bulk.cancel(place, made) == CalledOff(2, 0)
    assert await owed() == await run("SELECT FROM attempt") == []


async def told(clinic: Clinic, place: Place) -> UUID:
    """A patient of whom the practice was told that they declined; one day ago."""
    [patient] = await adults(clinic, 1)
    await invite(place, await report_of(place, [patient]))
    [old] = await run("UPDATE invitation SET state = 'Declined', declined_at = $1 RETURNING id", clock.now())
    await run("DELETE FROM mail")
    await tell(NotificationKind.INVITATION_DECLINED, clinic.practice, old["id"], patient=patient)
    set_clock(clock.now() + timedelta(days=1))
    return patient


async def waiting() -> list[dict[str, Any]]:
    return await run("SELECT patient, archived_by FROM notification WHERE archived_at IS NULL")


@pytest.mark.parametrize("one_by_one", [True, False])
async def test_what_was_told_before_waits_again_when_it_is_cancelled_in_time(one_by_one: bool) -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    patient = await told(clinic, place)
    made = await invite(place, await report_of(place, [patient]))
    assert await waiting() == []
    if one_by_one:
        [row] = await run("SELECT id FROM invitation WHERE state = 'Pending'")
        await invitations.cancel(place, row["id"])
    else:
        await bulk.cancel(place, made)
    assert await waiting() == [{"patient": patient, "archived_by": None}]


async def test_what_somebody_archived_or_a_mail_that_went_has_settled_stays_so() -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    patient = await told(clinic, place)
    await run("UPDATE notification SET archived_at = $1, archived_by = $2", clock.now(), place.account)
    set_clock(clock.now() + timedelta(minutes=1))
    await bulk.cancel(place, await invite(place, await report_of(place, [patient])))
    assert await waiting() == []
    await run("UPDATE notification SET archived_at = NULL, archived_by = NULL")
    await invite(place, await report_of(place, [patient]))
    [row] = await run("SELECT id FROM invitation WHERE state = 'Pending'")
    await run("UPDATE mail SET sent_at = $1", clock.now())
    await run("UPDATE bulk_invitation_patient SET outcome = 'Sent' WHERE outcome = 'Waiting'")
    await invitations.cancel(place, row["id"])
    assert await waiting() == []
