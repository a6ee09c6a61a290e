"""What becomes of a bulk invitation after it was pressed: cancelled, tried again, read, overtaken."""

import asyncio
from datetime import timedelta

import pytest

from db.engine import run
from db.tables.member import MemberLevel
from domain import clock, invitations, practice_settings
from domain.errors import NotFound, Refused
from domain.invitations import bulk
from domain.invitations.bulk import BulkDraft, BulkOutcome, Phase
from domain.invitations.bulk.cancelling import CalledOff
from domain.practice_settings import Settings
from tests.clinic import set_clock
from tests.domain import inviting_many as many
from tests.domain.inviting_many import (
    adults,
    child,
    clinic_and_place,
    counts,
    invite,
    mixed,
    owed,
    report_of,
)

pytestmark = pytest.mark.usefixtures("database")


async def test_cancel_all_in_the_hold_sends_nothing_and_gives_the_ration_back() -> None:
    clinic, place = await clinic_and_place()
    report = await report_of(place, await mixed(clinic))
    made = await invite(place, report)
    assert (await bulk.read(place, made)).phase is Phase.HELD
    assert await bulk.cancel(place, made) == CalledOff(4, 0)
    assert await bulk.cancel(place, made) == CalledOff(0, 0)
    assert await counts(made) == {"Cancelled": 4, "Inactive": 1, "Deceased": 1, "No email": 1}
    assert await owed() == await run("SELECT FROM attempt") == []
    assert {one["state"] for one in await many.invitations()} == {"Cancelled"}
    standing = await bulk.read(place, made)
    assert (standing.phase, standing.can_cancel, standing.bulk.cancelled_by) == (Phase.DONE, False, "Rhys Lindqvist")
    report = await report_of(place, await adults(clinic, 1))
    await invite(place, report)


async def test_cancel_all_leaves_what_a_worker_has_in_hand() -> None:
    clinic, place = await clinic_and_place()
    made = await invite(place, await report_of(place, await adults(clinic, 4)))
    now = clock.now()
    rows = await owed()
    await run(
        "UPDATE mail SET claim = gen_random_uuid(), claimed_until = $2 WHERE id = $1",
        rows[0]["id"],
        now + timedelta(minutes=3),
    )
    await run(
        "UPDATE mail SET claim = gen_random_uuid(), claimed_until = $2 WHERE id = $1",
        rows[1]["id"],
        now - timedelta(minutes=3),
    )
    await run("UPDATE mail SET sent_at = $2 WHERE id = $1", rows[2]["id"], now)
    await run("UPDATE bulk_invitation_patient SET outcome = 'Sent' WHERE mail = $1", rows[2]["id"])
    assert await bulk.cancel(place, made) == CalledOff(2, 0)
    assert await counts(made) == {"Waiting": 1, "Sent": 1, "Cancelled": 2}
    states = [one["state"] for one in await many.invitations()]
    assert states == ["Pending", "Cancelled", "Pending", "Cancelled"]


async def test_cancelling_one_and_sending_one_again_in_the_hold_keep_the_count_true() -> None:
    clinic, place = await clinic_and_place()
    made = await invite(place, await report_of(place, await adults(clinic, 3)))
    first, second, _ = await many.invitations()
    await invitations.cancel(place, first["id"])
    assert await counts(made) == {"Cancelled": 1, "Waiting": 2}
    set_clock(clock.now() + timedelta(seconds=10))
    await invitations.resend(place, second["id"], 1)
    [row] = await run(
        "SELECT m.key FROM bulk_invitation_patient b JOIN mail m ON m.id = b.mail WHERE b.invitation = $1", second["id"]
    )
    assert row["key"].endswith(":2"), "what becomes of the newer mail is the outcome"


async def test_try_again_invites_once_more_who_failed_and_can_be_invited_now() -> None:
    clinic, place = await clinic_and_place()
    unborn = await clinic.admit(None, first_name="Later", email="later@example.com")
    ana, beto = await child(clinic), await child(clinic, "Beto")
    report = await report_of(place, [*await adults(clinic, 2), unborn, ana, beto])
    made = await invite(place, report, BulkDraft("Dear [Patient First Name]"))
    assert (await counts(made)) == {"Waiting": 4, "Failed": 1}
    for mail in await owed():
        await run("UPDATE mail SET failed_at = $2, failure = '550 5.1.1' WHERE id = $1", mail["id"], clock.now())
    await run("UPDATE invitation SET state = 'Undeliverable'")
    await run(
        "UPDATE bulk_invitation_patient SET outcome = 'Failed', reason = 'No such mailbox' WHERE outcome = 'Waiting'"
    )
    await run("UPDATE patient SET birth_date = '1980-01-01' WHERE id = $1", unborn)
    await run("UPDATE patient SET active = false WHERE email = 'p1@example.com'")
    assert (await bulk.read(place, made)).can_retry
    await run("UPDATE bulk_invitation SET held_until = created_at")
    again = await asyncio.gather(bulk.retry(place, made), bulk.retry(place, made))
    assert sorted(again) == [0, 4]
    assert await counts(made) == {"Waiting": 4, "Inactive": 1}
    fresh = [mail for mail in await owed() if mail["failed_at"] is None]
    assert sorted(mail["recipient"] for mail in fresh) == [
        "later@example.com", "p0@example.com", "silva.family@example.com",
    ]  # fmt: skip
    assert all(mail["due_at"] <= clock.now() for mail in fresh)
    assert (await bulk.read(place, made)).phase is Phase.SENDING


async def test_tried_again_in_the_hold_it_waits_with_the_others() -> None:
    clinic, place = await clinic_and_place()
    unborn = await clinic.admit(None, first_name="Later", email="later@example.com")
    made = await invite(place, await report_of(place, [*await adults(clinic, 1), unborn]))
    assert await bulk.retry(place, made) == 0, "nothing has become of it yet"
    await run("UPDATE patient SET birth_date = '1980-01-01' WHERE id = $1", unborn)
    assert await bulk.retry(place, made) == 1
    assert len({mail["due_at"] for mail in await owed()}) == 1


async def test_who_opens_it_and_what_they_read() -> None:
    clinic, place = await clinic_and_place()
    own = await clinic.place(await clinic.hire("Olga Own", MemberLevel.PERSONAL))
    patients = await adults(clinic, 3)
    await run("UPDATE patient SET practitioner = $1 WHERE id = $2", own.member, patients[0])
    theirs = await invite(own, await report_of(own, patients[:1]))
    ours = await invite(place, await report_of(place, patients))
    tom = await clinic.place(await clinic.hire("Tom Whitlock", MemberLevel.CLINICAL, hides_names=True))
    amy = await clinic.place(await clinic.hire("Amy Full"))
    with pytest.raises(NotFound):
        await bulk.read(own, ours)
    assert [row.bulk.id for row in (await bulk.every(own)).rows] == [theirs]
    assert {row.bulk.id for row in (await bulk.every(amy)).rows} == {theirs, ours}
    await run("UPDATE patient SET practitioner = NULL")
    [row] = (await bulk.outcomes(own, theirs)).rows
    assert (row.patient, row.name, row.email) == (None, "A patient whom you cannot open", "")
    rows = (await bulk.outcomes(tom, ours)).rows
    assert {(row.name[:2], row.email) for row in rows} == {("KT", "")}
    assert (await bulk.read(tom, ours)).bulk.message == ""
    assert [row.name for row in (await bulk.outcomes(amy, ours, BulkOutcome.WAITING)).rows] == ["P1 Case", "P2 Case"]
    assert (await bulk.outcomes(amy, ours, BulkOutcome.SENT)).rows == ()
    sheet = [line async for line in bulk.lines(amy, ours)]
    assert sheet[0] == ("Patient", "Email", "Outcome", "Reason", "Sent on")
    assert ("P0 Case", "p0@example.com", "Invitation pending") in [line[:3] for line in sheet]
    hidden = [line async for line in bulk.lines(tom, ours)]
    assert "Case" not in str(hidden)
    assert "@" not in str(hidden)


async def test_whoever_reads_the_names_leaves_a_line_in_the_trail() -> None:
    clinic, place = await clinic_and_place()
    made = await invite(place, await report_of(place, await adults(clinic, 1)))
    before = len(await run("SELECT FROM event"))
    await bulk.read(place, made)
    await bulk.outcomes(place, made)
    _ = [line async for line in bulk.lines(place, made)]
    rows = await run("SELECT kind, account, practice, subject FROM event ORDER BY seq OFFSET $1", before)
    assert [row["kind"] for row in rows] == ["bulk-invitation:view", "bulk-invitation:download"]
    assert {(row["account"], row["practice"], row["subject"]) for row in rows} == {
        (place.account, clinic.practice, made)
    }


async def test_who_dies_after_the_pressing_is_not_lost_count_of() -> None:
    clinic, place = await clinic_and_place()
    patients = await adults(clinic, 2)
    made = await invite(place, await report_of(place, patients))
    await run("UPDATE patient SET deceased_on = '2026-01-01' WHERE id = $1", patients[0])
    await invitations.cancel_for_the_dead(clinic.practice, place.account)
    assert await counts(made) == {"Cancelled": 1, "Waiting": 1}


async def test_turning_invitations_off_stops_what_has_not_gone_yet() -> None:
    """Decision 23: links already out stay good."""
    clinic, place = await clinic_and_place()
    made = await invite(place, await report_of(place, await adults(clinic, 3)))
    gone = (await owed())[0]["id"]
    await run("UPDATE mail SET sent_at = $2 WHERE id = $1", gone, clock.now())
    await run("UPDATE bulk_invitation_patient SET outcome = 'Sent' WHERE mail = $1", gone)
    now = place.practice
    await practice_settings.change(place, Settings(False, now.updates, now.note_sharing), now.settings_version)
    assert await counts(made) == {"Sent": 1, "Cancelled": 2}
    assert [mail["id"] for mail in await owed()] == [gone]
    with pytest.raises(Refused, match="Settings > General"):
        await bulk.retry(place, made)
