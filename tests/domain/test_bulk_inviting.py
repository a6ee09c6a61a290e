"""Inviting many at once: all or none, each once, held for two minutes, and what is told (B10, K3, K8)."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.engine import counting, run, transaction
from db.tables.member import MemberLevel
from domain import clock, communication_templates, invitations, practice_settings
from domain.errors import Changed, NotFound, NotPermitted, Refused
from domain.invitations import Draft, bulk
from domain.invitations.bulk import BulkDraft, BulkOutcome, Phase, Shown
from domain.invitations.bulk.cancelling import CalledOff
from domain.places import Place
from domain.practice_settings import Settings
from domain.reports import choices
from tests.clinic import Clinic, set_clock, write
from tests.domain import inviting_many as many
from tests.domain.inviting import BORN, practitioner
from tests.domain.inviting_many import SILENT, adults, child, choose, counts, invite, owed, report_of

pytestmark = pytest.mark.usefixtures("database")


async def clinic_and_place() -> tuple[Clinic, Place]:
    clinic = await Clinic.open(None)
    return clinic, await practitioner(clinic)


async def mixed(clinic: Clinic) -> list[UUID]:
    """Two who can be invited, a family of two, and one each who is inactive, has died and has no email."""
    others: list[dict[str, Any]] = [{"active": False}, {"deceased_on": clock.now().date()}, {"email": ""}]
    alone = [
        await clinic.admit(None, **{"first_name": f"X{n}", "birth_date": BORN, "email": f"x{n}@example.com", **row})
        for n, row in enumerate(others)
    ]
    return [*await adults(clinic, 2), await child(clinic, birth_date=many.YOUNGER), await child(clinic, "Beto"), *alone]


async def test_everyone_has_an_outcome_and_the_mails_are_held_for_two_minutes() -> None:
    clinic, place = await clinic_and_place()
    patients = await mixed(clinic)
    report = await report_of(place, patients)
    shown = await bulk.preview(place, report)
    assert (shown.many, shown.sent, shown.letters, shown.families) == (7, 4, 3, 1)
    assert sum(shown.groups.values()) == 7
    made = await invite(place, report, BulkDraft("Dear [Patient First Name]"))
    assert await counts(made) == {"Waiting": 4, "Inactive": 1, "Deceased": 1, "No email": 1}
    mails = await owed()
    assert [mail["kind"] for mail in mails] == ["invitation", "invitation", "family-invitation"]
    [row] = await run("SELECT * FROM bulk_invitation")
    assert {mail["due_at"] for mail in mails} == {row["held_until"]}
    assert row["held_until"] - row["created_at"] == timedelta(minutes=2)
    assert all(mail["bulk"] for mail in mails)
    invited = await many.invitations()
    assert {one["expires_at"] for one in invited} == {row["held_until"] + timedelta(days=14)}
    assert [one["message"] for one in invited] == ["Dear P0", "Dear P1"] + ["Dear Ana and Beto"] * 2
    [family] = await run("SELECT * FROM family_invitation")
    assert [one["family"] for one in invited] == [None, None, family["id"], family["id"]]
    assert (family["message"], family["email"]) == ("Dear Ana and Beto", "silva.family@example.com")
    assert row["message"] == "Dear [Patient First Name]"
    assert await run("SELECT FROM chosen_patient") == []
    kinds = [line["kind"] for line in await run("SELECT kind FROM event ORDER BY seq")]
    assert kinds[-6:] == ["invitation:send"] * 4 + ["bulk-invitation:send", "report:run"]


async def test_pressed_twice_it_is_one_and_two_at_once_too() -> None:
    clinic, place = await clinic_and_place()
    report = await report_of(place, await adults(clinic, 5))
    shown, made = (await bulk.preview(place, report)).shown, uuid4()
    await asyncio.gather(*[bulk.invite(place, report, made, SILENT, shown) for _ in range(5)])
    await bulk.invite(place, report, made, SILENT, shown)
    assert await counts(made) == {"Waiting": 5}
    assert len(await owed()) == len(await run("SELECT FROM invitation")) == 5
    assert len(await run("SELECT FROM bulk_invitation")) == 1


async def test_two_members_at_the_same_moment_invite_each_patient_once() -> None:
    clinic, amy = await clinic_and_place()
    rhys = await clinic.place(await clinic.hire("Berta Other"))
    patients = await adults(clinic, 30)
    reports = [await report_of(amy, patients[:20]), await report_of(rhys, patients[10:])]

    async def press(place: Place, report: UUID) -> UUID:
        for _ in range(3):
            try:
                return await invite(place, report)
            except Changed:
                continue
        raise AssertionError("changed three times")

    made = await asyncio.gather(*[press(place, report) for place, report in zip((amy, rhys), reports, strict=True)])
    outcomes = [await counts(one) for one in made]
    assert sorted(sorted(one.items()) for one in outcomes) == [
        [("Invitation pending", 10), ("Waiting", 10)],
        [("Waiting", 20)],
    ]
    assert len(await owed()) == len(await run("SELECT DISTINCT patient FROM invitation")) == 30


async def test_one_and_all_at_the_same_moment_invite_each_patient_once() -> None:
    clinic, place = await clinic_and_place()
    other = await clinic.place(await clinic.hire("Berta Other"))
    patients = await adults(clinic, 6)
    report = await report_of(place, patients)
    ended = await asyncio.gather(
        invite(place, report),
        *[invitations.send(other, one, Draft(f"p{n}@example.com")) for n, one in enumerate(patients)],
        return_exceptions=True,
    )
    assert all(isinstance(end, UUID | Refused | Changed) for end in ended), ended
    assert len(await run("SELECT patient FROM invitation WHERE state = 'Pending'")) == 6
    assert len(await run("SELECT DISTINCT subject FROM mail")) == len(await owed()) == 6


async def test_what_is_no_longer_as_it_was_shown_is_not_sent() -> None:
    clinic, place = await clinic_and_place()
    patients = await adults(clinic, 3)
    report = await report_of(place, patients)
    shown = (await bulk.preview(place, report)).shown
    await run("UPDATE patient SET active = false WHERE id = $1", patients[0])
    with pytest.raises(Changed):
        await bulk.invite(place, report, uuid4(), SILENT, shown)
    shown = (await bulk.preview(place, report)).shown
    with pytest.raises(Changed):
        await bulk.invite(place, report, uuid4(), SILENT, Shown(shown.version + 1, shown.digest))
    await run("UPDATE report SET version = 2")
    with pytest.raises(Changed):
        await bulk.invite(place, report, uuid4(), SILENT, shown)
    with pytest.raises(Refused, match="Nobody is chosen"):
        await bulk.preview(place, report)
    assert await owed() == await run("SELECT FROM bulk_invitation") == []


async def test_nobody_chosen_nobody_left_and_invitations_off() -> None:
    clinic, place = await clinic_and_place()
    report = await report_of(place, [])
    with pytest.raises(Refused, match="Nobody is chosen"):
        await bulk.preview(place, report)
    await choose(place, report, await adults(clinic, 1, active=False))
    shown = await bulk.preview(place, report)
    assert shown.sent == 0
    with pytest.raises(Refused, match="None of the patients"):
        await invite(place, report)
    off = replace(place, practice=replace(place.practice, invitations=False))
    for doing in (bulk.preview(off, report), bulk.invite(off, report, uuid4(), SILENT, shown.shown)):
        with pytest.raises(Refused, match="Settings > General"):
            await doing


async def test_a_term_without_a_value_stops_everything_and_is_named() -> None:
    """Decision 16."""
    clinic, place = await clinic_and_place()
    patients = await adults(clinic, 5)
    await run("UPDATE patient SET practitioner = $1 WHERE id = $2", place.member, patients[0])
    report = await report_of(place, patients)
    with pytest.raises(Refused) as refused:
        await invite(place, report, BulkDraft("You see [practitioner  NAME]"))
    assert refused.value.field == "message"
    assert "[Practitioner Name] has nothing to stand in its place for 4 of the patients" in refused.value.words
    assert refused.value.words.count("Case") == 3
    assert "and 1 more" in refused.value.words
    with pytest.raises(Refused, match="There is no term \\[Patient Shoe Size\\]"):
        await invite(place, report, BulkDraft("[Patient Shoe Size]"))
    with pytest.raises(Refused, match="Your practice has no street address here"):
        await bulk.preview(place, report, BulkDraft("[Practice Address]"))
    with pytest.raises(Refused, match="2,000"):
        await invite(place, report, BulkDraft("x" * 2001))
    for bad in (BulkDraft("Hello", "Welcome"), BulkDraft(template="Another practice's")):
        with pytest.raises(Refused) as refused:
            await invite(place, report, bad)
        assert refused.value.field == "template"
    assert await owed() == await run("SELECT FROM bulk_invitation") == []
    inactive = await clinic.admit(None, active=False, email="q@example.com")
    await choose(place, report, [inactive])
    await run("UPDATE patient SET practitioner = $1 WHERE active", place.member)
    await write(
        "communication_template", practice=clinic.practice, name="Welcome", created_at=clock.now(),
        body="You see [Practitioner Name]",
    )  # fmt: skip
    made = await invite(place, report, BulkDraft(template="Welcome"))
    assert (await counts(made))["Waiting"] == 5, "who gets no letter lacks nothing"
    assert {one["message"] for one in await many.invitations()} == {"You see Rhys Lindqvist"}


async def test_words_are_resolved_for_each_and_what_looks_like_a_slot_is_text() -> None:
    clinic, place = await clinic_and_place()
    [percent, *_] = await adults(clinic, 1, first_name="%2$s", last_name="[Practice Phone]")
    family = [await child(clinic, "100%"), await child(clinic, "Beto")]
    text = "100% of %1$s %s: [patient  first name], [Patient Full Name] – [Practice Name] [sic] [Patient First Name]"
    report = await report_of(place, [percent, *family])
    seen = await bulk.preview(place, report, BulkDraft(text))
    await invite(place, report, BulkDraft(text))
    alone, *both = await many.invitations()
    start, end = "100% of %1$s %s: ", f" – {place.practice.name} [sic] "
    assert alone["message"] == f"{start}%2$s, %2$s [Practice Phone]{end}%2$s"
    names = [
        f"{start}{called}, {full}{end}{called}"
        for called, full in (
            ("100% and Beto", "100% Silva and Beto Silva"),
            ("Beto and 100%", "Beto Silva and 100% Silva"),
        )
    ]
    assert {one["message"] for one in both} in ({names[0]}, {names[1]})
    assert seen.message in (alone["message"], both[0]["message"])


async def test_a_template_that_says_something_else_by_now_is_not_sent() -> None:
    clinic, place = await clinic_and_place()
    report = await report_of(place, await adults(clinic, 1))
    template = await communication_templates.create(place, "Welcome", "Hello")
    shown = (await bulk.preview(place, report, BulkDraft(template="Welcome"))).shown
    await communication_templates.change(place, template, "Welcome", "Good evening", 1)
    with pytest.raises(Changed):
        await bulk.invite(place, report, uuid4(), BulkDraft(template="Welcome"), shown)
    assert await owed() == []


async def test_who_may_not() -> None:
    clinic, place = await clinic_and_place()
    report = await report_of(place, await adults(clinic, 1))
    shown = (await bulk.preview(place, report)).shown
    made = await invite(place, report)
    rights: tuple[dict[str, Any], ...] = ({"read_only": True}, {"hides_names": True}, {"has_invitations": False})
    for n, limits in enumerate(rights):
        who = await clinic.place(await clinic.hire(f"Member{n} X", MemberLevel.CLINICAL, **limits))
        doings: tuple[Awaitable[object], ...] = (
            bulk.preview(who, report), bulk.invite(who, report, uuid4(), SILENT, shown), bulk.cancel(who, made),
            bulk.retry(who, made),
        )  # fmt: skip
        for doing in doings:
            with pytest.raises(NotPermitted):
                await doing
    with pytest.raises(NotFound):
        await bulk.preview(await clinic.place(await clinic.hire("Rita Other")), report)
    other = await Clinic.open(None, "Eastside Physio")
    stranger = await practitioner(other, "Priya Nair")
    strangers: tuple[Awaitable[object], ...] = (
        bulk.preview(stranger, report), bulk.invite(stranger, report, uuid4(), SILENT, shown),
        bulk.invite(stranger, report, made, SILENT, shown), bulk.read(stranger, made), bulk.cancel(stranger, made),
        bulk.retry(stranger, made), bulk.outcomes(stranger, made), bulk.read(place, uuid4()),
    )  # fmt: skip
    for doing in strangers:
        with pytest.raises(NotFound):
            await doing
    assert (await bulk.every(stranger)).rows == ()
    assert (await counts(made)) == {"Waiting": 1}


async def test_however_many_it_is_the_same_number_of_statements() -> None:
    clinic, place = await clinic_and_place()
    report = await report_of(place, [])
    asked = []
    for size in (2, 40):
        await choose(place, report, await adults(clinic, size))
        await run("UPDATE patient SET email = id::text || '@example.com', email_key = id::text || '@example.com'")
        shown = (await bulk.preview(place, report)).shown
        with counting() as statements:
            await bulk.invite(place, report, uuid4(), BulkDraft("Dear [Patient Full Name]"), shown)
        asked.append(len(statements))
    assert asked[0] == asked[1]


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


async def test_who_is_ticked_while_the_others_are_invited_stays_ticked() -> None:
    clinic, place = await clinic_and_place()
    patients = await adults(clinic, 3)
    report = await report_of(place, patients[:2])
    shown, holding, held_up = (await bulk.preview(place, report)).shown, asyncio.Event(), asyncio.Event()

    async def waiting(many: int) -> None:
        while len(await run("SELECT FROM pg_locks WHERE NOT granted")) < many:
            await asyncio.sleep(0)

    async def hold() -> None:
        async with transaction():
            await run("SELECT FROM patient WHERE id = $1 FOR UPDATE", patients[0])
            holding.set()
            await waiting(1)
            held_up.set()
            await waiting(2)

    async def invite_them() -> None:
        await holding.wait()
        await bulk.invite(place, report, uuid4(), SILENT, shown)

    async def tick() -> None:
        await held_up.wait()
        await choices.choose_page(place, report, patients[2:], patients[2:], 1)

    await asyncio.wait_for(asyncio.gather(hold(), invite_them(), tick()), 10)
    assert await choices.chosen(place, report) == patients[2:]


async def test_nobody_waits_in_a_circle_with_an_import() -> None:
    clinic, place = await clinic_and_place()
    patients = await adults(clinic, 3)
    report = await report_of(place, patients)
    taken, done = asyncio.Event(), asyncio.Event()

    async def importing() -> None:
        async with transaction():
            await run("UPDATE patient SET phone = '1' WHERE id = $1", max(patients))
            taken.set()
            await done.wait()
            await run("UPDATE patient SET phone = '1' WHERE id = $1", min(patients))

    theirs = asyncio.create_task(importing())
    await taken.wait()
    with pytest.raises(Refused, match="being changed just now"):
        await invite(place, report)
    done.set()
    await theirs
    assert await counts(await invite(place, report)) == {"Waiting": 3}
