"""Inviting a patient: who may, who may be invited, and what is kept and mailed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from db.engine import run
from db.tables.member import MemberLevel, RoleType
from domain import clock, invitations
from domain.errors import Changed, NotFound, NotPermitted, Refused
from domain.invitations import Draft, InvitationState
from domain.patient_import import import_patients
from domain.patients import record
from domain.patients.found import find
from domain.places import Place
from tests.cast import mails, someone
from tests.clinic import Clinic, set_clock, write
from tests.domain.inviting import BORN, EMAIL, clinic_with_owen, invited, notified, practitioner, row_of, send

pytestmark = pytest.mark.usefixtures("database")
STAFF = "This email is linked to somebody who works at this practice"


async def kinds() -> list[str]:
    return [row["kind"] for row in await run("SELECT kind FROM event WHERE kind LIKE 'invitation:%' ORDER BY seq")]


async def test_an_invitation_waits_for_fourteen_days_and_is_mailed_once() -> None:
    clinic = await clinic_with_owen()
    _, invitation = await invited(clinic, " Owen@Example.com ", message="Hello")
    row = await row_of(invitation)
    assert (row["state"], row["email"], row["email_key"], row["message"]) == (
        "Pending", "Owen@Example.com", EMAIL, "Hello",
    )  # fmt: skip
    assert row["expires_at"] - row["sent_at"] == timedelta(days=14)
    assert [(mail["subject"], mail["recipient"]) for mail in await mails("invitation")] == [
        (invitation, "Owen@Example.com")
    ]
    assert await kinds() == ["invitation:send"]


async def test_terms_stand_as_what_they_mean() -> None:
    clinic = await clinic_with_owen(preferred_name="Owie")
    _, invitation = await invited(clinic, message="Dear [Patient First Name]")
    assert (await row_of(invitation))["message"] == "Dear Owie"


async def test_a_term_that_cannot_be_resolved_stops_the_sending_and_is_named() -> None:
    clinic = await clinic_with_owen()
    place = await practitioner(clinic)
    with pytest.raises(Refused, match="Patient Shoe Size") as refused:
        await send(clinic, place, message="[Patient Shoe Size]")
    assert refused.value.field == "message"
    assert await run("SELECT FROM invitation") == await mails("invitation") == []


async def test_a_template_is_sent_in_place_of_a_message() -> None:
    clinic = await clinic_with_owen()
    place = await practitioner(clinic)
    await write(
        "communication_template", practice=clinic.practice, name="Welcome", body="Hi [Patient First Name]",
        created_at=clock.now(),
    )  # fmt: skip
    with pytest.raises(Refused) as both:
        await invitations.send(place, clinic.patient, Draft(EMAIL, "Hello", "Welcome"))
    with pytest.raises(Refused) as forged:
        await invitations.send(place, clinic.patient, Draft(EMAIL, template="Another practice's"))
    assert both.value.field == forged.value.field == "template"
    invitation = await invitations.send(place, clinic.patient, Draft(EMAIL, template="Welcome"))
    assert (await row_of(invitation))["message"] == "Hi Owen"


async def test_a_message_of_2001_characters_is_too_long() -> None:
    clinic = await clinic_with_owen()
    place = await practitioner(clinic)
    with pytest.raises(Refused, match="2,000"):
        await send(clinic, place, message="x" * 2001)
    await send(clinic, place, message="x" * 2000)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE practice SET invitations = false", "Settings > General > Patient Portal"),
        ("UPDATE patient SET birth_date = NULL", "Add their birth date first"),
        ("UPDATE patient SET deceased_on = '2026-01-01'", "died"),
    ],
)
async def test_who_cannot_be_invited_now(change: str, words: str) -> None:
    clinic = await clinic_with_owen()
    place = await practitioner(clinic)
    await run(change)
    for refusing in (send(clinic, place), invitations.invitee(place, clinic.patient)):
        with pytest.raises(Refused, match=words):
            await refusing
    assert await run("SELECT FROM invitation") == []


@pytest.mark.parametrize("way", ["written down", "brought in"])
async def test_who_has_died_waits_for_no_answer(way: str, tmp_path: Path) -> None:
    clinic = await clinic_with_owen(source="csv", source_id="7")
    place, invitation = await invited(clinic)
    sister = await send(clinic, place, "sister@example.com", patient=await clinic.admit(None, birth_date=BORN))
    if way == "written down":
        await record.change(
            place, clinic.patient, replace(await record.read(place, clinic.patient), phone="", deceased_on=BORN)
        )
    else:
        file = tmp_path / "patients.csv"
        file.write_text("Id,First,Last,Birthdate,DeathDate\n7,Owen,Tait,1974-09-24,2020-01-02\n")
        assert (await import_patients(file, place.practice.slug)).updated == 1
    assert [(await row_of(row))["state"] for row in (invitation, sister)] == ["Cancelled", "Pending"]
    assert (await kinds())[-1] == "invitation:cancel"


async def test_who_has_a_portal_cannot_be_invited() -> None:
    mina = await someone("Mina Park")
    clinic = await Clinic.open(mina.portal)
    with pytest.raises(Refused, match="has a portal already"):
        await send(clinic, await practitioner(clinic))


@pytest.mark.parametrize(
    "who",
    [
        {},
        {"active": False},
        {"account": None, "active": False, "accepted_at": None, "expires_at": clock.now() + timedelta(days=9)},
        {"email": "elsewhere@example.com", "email_key": "elsewhere@example.com"},
    ],
    ids=["active", "deactivated", "asked to join", "by the account's email"],
)
async def test_an_email_of_this_practices_people_is_refused_and_names_nobody(who: dict[str, object]) -> None:
    clinic = await clinic_with_owen()
    place = await practitioner(clinic, "Amy Full")
    await clinic.hire("Ines Duarte", MemberLevel.CLINICAL, **who)  # type: ignore[arg-type]
    with pytest.raises(Refused, match=STAFF) as refused:
        await send(clinic, place, "INES@example.com")
    assert refused.value.field == "email"
    assert "Ines" not in refused.value.words
    assert await run("SELECT FROM invitation") == []


async def test_an_email_of_somebody_who_declined_to_work_here_is_no_staffs() -> None:
    clinic = await clinic_with_owen()
    place = await practitioner(clinic)
    await clinic.hire("Ines Duarte", active=False, accepted_at=None, declined_at=clock.now())
    await send(clinic, place, "ines@example.com")
    assert await run("SELECT state FROM invitation WHERE email_key = 'ines@example.com'") == [{"state": "Pending"}]


async def test_an_email_of_staff_elsewhere_is_taken_like_any() -> None:
    clinic, other = await clinic_with_owen(), await Clinic.open(None, "Eastside Physio")
    priya = await other.hire("Priya Nair")
    _, invitation = await invited(clinic, priya.email)
    assert (await row_of(invitation))["state"] == "Pending"
    assert len(await mails("invitation")) == 1


async def test_pressed_twice_it_is_sent_once() -> None:
    clinic = await clinic_with_owen()
    place = await practitioner(clinic)
    sent = await asyncio.gather(*(send(clinic, place) for _ in range(10)))
    assert len(set(sent)) == 1
    assert len(await mails("invitation")) == len(await run("SELECT FROM invitation")) == 1
    assert await kinds() == ["invitation:send"]


async def test_pressed_again_with_other_words_it_is_not_taken_for_the_same() -> None:
    clinic = await clinic_with_owen()
    place = await practitioner(clinic)
    first = await send(clinic, place, message="Hello")
    for email, message in ((EMAIL, "Good day"), ("Owen@example.com", "Hello")):
        with pytest.raises(Refused, match="waiting for an answer"):
            await send(clinic, place, email, message=message)
    assert await send(clinic, place, message="Hello") == first
    assert len(await mails("invitation")) == 1


async def test_an_address_is_written_to_five_times_a_day_by_one_practice() -> None:
    clinic = await clinic_with_owen()
    place, invitation = await invited(clinic)
    now = clock.now()
    for minutes, version in ((2, 1), (63, 2), (66, 3), (130, 4)):
        set_clock(now + timedelta(minutes=minutes))
        await invitations.resend(place, invitation, version)
    with pytest.raises(Refused, match="5 invitations have gone to this email today"):
        await invitations.resend(place, invitation, 5)
    assert len(await mails("invitation")) == 5
    set_clock(now + timedelta(hours=5))
    await invitations.cancel(place, invitation)
    sister = await clinic.admit(None, birth_date=BORN)
    for patient in (clinic.patient, sister):
        with pytest.raises(Refused, match="5 invitations have gone to this email today") as refused:
            await send(clinic, place, "OWEN@example.com", patient=patient)
        assert refused.value.field == "email"
    assert len(await mails("invitation")) == 5
    await send(clinic, place, "other@example.com")
    other = await clinic_with_owen("Eastside Physio")
    await send(other, await practitioner(other, "Priya Nair"))
    set_clock(now + timedelta(hours=25))
    await send(clinic, place, patient=sister)


async def test_however_often_it_is_sent_a_birth_date_is_wrong_fifteen_times_in_thirty_days() -> None:
    clinic = await clinic_with_owen()
    place, invitation = await invited(clinic)
    for day, version in ((1, 1), (2, 2)):
        await run("UPDATE invitation SET state = 'Locked', tries = 5")
        set_clock(clock.now() + timedelta(days=day))
        await invitations.resend(place, invitation, version)
        assert (await row_of(invitation))["tries"] == 0
    await run("UPDATE invitation SET state = 'Locked', tries = 5")
    for doing in (invitations.resend(place, invitation, 3), send(clinic, place, "other@example.com")):
        with pytest.raises(Refused, match="wrong 15 times"):
            await doing
    set_clock(clock.now() + timedelta(days=30, minutes=1))
    await invitations.resend(place, invitation, 3)


async def test_a_new_invitation_settles_what_was_told_of_those_that_came_to_nothing() -> None:
    clinic = await clinic_with_owen()
    place, invitation = await invited(clinic)
    await invitations.failed(invitation, clock.now(), "550 5.1.1")
    assert await notified(clinic.practice) == ["invitation-undeliverable"]
    await send(clinic, place, "other@example.com")
    assert await notified(clinic.practice) == []


async def test_one_waits_at_a_time_whoever_sends() -> None:
    clinic = await clinic_with_owen()
    place, _ = await invited(clinic)
    with pytest.raises(Refused, match="waiting for an answer"):
        await send(clinic, place, "another@example.com")
    with pytest.raises(Refused, match="waiting for an answer"):
        await send(clinic, await practitioner(clinic, "Amy Full"))


async def test_after_it_has_expired_another_can_be_sent_and_the_old_one_is_history() -> None:
    clinic = await clinic_with_owen()
    place, first = await invited(clinic)
    set_clock(clock.now() + timedelta(days=14, minutes=1))
    second = await send(clinic, place)
    assert second != first
    assert [(await row_of(row))["state"] for row in (first, second)] == ["Expired", "Pending"]


async def test_who_may_not_invite() -> None:
    clinic = await clinic_with_owen()
    for n, rights in enumerate(({"read_only": True}, {"hides_names": True}, {"has_invitations": False})):
        who = await clinic.hire(f"Member{n} X", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, **rights)  # type: ignore[arg-type]
        place = await clinic.place(who)
        for doing in (send(clinic, place), invitations.cancel_all(place), invitations.invitee(place, clinic.patient)):
            with pytest.raises(NotPermitted):
                await doing
    stranger = await clinic.place(await clinic.hire("Personal Access", MemberLevel.PERSONAL))
    with pytest.raises(NotFound):
        await send(clinic, stranger)


async def test_another_practices_patient_and_invitation_are_absent() -> None:
    clinic, other = await clinic_with_owen(), await clinic_with_owen("Eastside Physio", email="x@example.com")
    _, invitation = await invited(clinic)
    place = await practitioner(other, "Priya Nair")
    with pytest.raises(NotFound):
        await send(clinic, place)
    for doing in (
        invitations.resend(place, invitation, 1), invitations.cancel(place, invitation),
        invitations.one(place, invitation),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            await doing
    assert await invitations.cancel_all(place) == 0
    assert (await row_of(invitation))["state"] == "Pending"


@pytest.mark.parametrize("state", ["Pending", "Expired", "Undeliverable", "Locked"])
async def test_sending_again_renews_the_link(state: str) -> None:
    clinic = await clinic_with_owen()
    place, invitation = await invited(clinic)
    set_clock(clock.now() + timedelta(days=3))
    await run("UPDATE invitation SET state = $1, tries = 4, failure = 'Why'", state)
    await invitations.resend(place, invitation, 1)
    row = await row_of(invitation)
    assert (row["state"], row["failure"], row["link_version"]) == ("Pending", None, 2)
    assert row["tries"] == (0 if state == "Locked" else 4), "sending again gives nobody more guesses"
    assert row["expires_at"] == row["sent_at"] + timedelta(days=14)
    assert len(await mails("invitation")) == 2
    await invitations.resend(place, invitation, 1)
    assert len(await mails("invitation")) == 2, "pressed twice"
    with pytest.raises(Changed):
        await invitations.resend(place, invitation, 7)
    with pytest.raises(Changed):
        await invitations.resend(await practitioner(clinic, "Amy Full"), invitation, 1)


async def test_what_is_over_is_not_sent_again() -> None:
    clinic = await clinic_with_owen()
    place, invitation = await invited(clinic)
    await run("UPDATE practice SET invitations = false")
    with pytest.raises(Refused, match="Settings"):
        await invitations.resend(place, invitation, 1)
    await invitations.cancel(place, invitation)
    await run("UPDATE practice SET invitations = true")
    with pytest.raises(Refused, match="cancelled"):
        await invitations.resend(place, invitation, 2)


async def test_cancelling_twice_is_once_and_closes_the_link() -> None:
    clinic = await clinic_with_owen()
    place, invitation = await invited(clinic)
    for _ in range(2):
        await invitations.cancel(place, invitation)
    row = await row_of(invitation)
    assert (row["state"], row["link_version"]) == ("Cancelled", 2)
    assert await kinds() == ["invitation:send", "invitation:cancel"]


async def test_cancel_all_takes_back_what_the_member_finds_while_invitations_are_off() -> None:
    clinic = await clinic_with_owen()
    rhys = await clinic.hire("Rhys Lindqvist", MemberLevel.PERSONAL)
    own = await clinic.place(rhys)
    place, theirs = await invited_by_amy(clinic)
    await run("UPDATE patient SET practitioner = $1", own.member)
    hidden = await clinic.admit(None, birth_date=BORN)
    kept = await invitations.send(place, hidden, Draft("kept@example.com"))
    await run("UPDATE practice SET invitations = false")
    own = await clinic.place(rhys)
    assert await invitations.waiting(own) == 1
    assert await invitations.cancel_all(own) == 1
    assert [(await row_of(row))["state"] for row in (theirs, kept)] == ["Cancelled", "Pending"]


async def invited_by_amy(clinic: Clinic) -> tuple[Place, UUID]:
    place = await practitioner(clinic, "Amy Full")
    return place, await send(clinic, place)


async def test_the_list_has_every_state_and_hides_names() -> None:
    clinic = await clinic_with_owen()
    place, invitation = await invited(clinic)
    tom = await clinic.place(await clinic.hire("Tom Whitlock", MemberLevel.CLINICAL, hides_names=True))
    [listed] = (await invitations.read(place)).rows
    assert (listed.name, listed.email, listed.state) == ("Owen Tait", EMAIL, InvitationState.PENDING)
    [hidden] = (await invitations.read(tom)).rows
    assert (hidden.name[:2], hidden.email) == ("KT", "")
    for state in InvitationState:
        ends = (InvitationState.ACCEPTED, InvitationState.DECLINED)
        moments = [clock.now() if state is end else None for end in ends]
        await run("UPDATE invitation SET state = $1, used_at = $2, declined_at = $3", state.value, *moments)
        for asked in InvitationState:
            assert len((await invitations.read(place, asked)).rows) == (asked is state), (state, asked)
    await run("UPDATE invitation SET state = 'Pending', used_at = NULL, declined_at = NULL")
    set_clock(clock.now() + timedelta(days=15))
    assert [row.state for row in (await invitations.read(place)).rows] == [InvitationState.EXPIRED]
    assert (await invitations.read(place, InvitationState.PENDING)).rows == ()
    assert [row.id for row in (await invitations.read(place, InvitationState.EXPIRED)).rows] == [invitation]
    await invitations.sweep()
    assert (await row_of(invitation))["state"] == "Expired"


async def test_the_list_comes_fifty_at_a_time() -> None:
    clinic = await clinic_with_owen()
    place = await practitioner(clinic)
    for n in range(51):
        patient = await clinic.admit(None, birth_date=BORN)
        await invitations.send(place, patient, Draft(f"n{n}@example.com"))
    first, second = [await invitations.read(place, page=page) for page in (1, 2)]
    assert (len(first.rows), first.more, len(second.rows), second.more) == (50, True, 1, False)
    with pytest.raises(NotFound):
        await invitations.read(place, page=0)


async def test_a_mail_that_never_arrives_marks_the_invitation_and_tells_the_practice() -> None:
    clinic = await clinic_with_owen()
    place, invitation = await invited(clinic)
    for _ in range(2):
        await invitations.failed(invitation, clock.now(), "550 5.1.1")
    row = await row_of(invitation)
    assert (row["state"], row["failure"]) == (
        "Undeliverable", "There is no such mailbox. Check the address with the patient",
    )  # fmt: skip
    assert await notified(clinic.practice) == ["invitation-undeliverable"]
    await invitations.resend(place, invitation, 1)
    await invitations.failed(invitation, clock.now() - timedelta(hours=1), "550 5.1.1")
    assert (await row_of(invitation))["state"] == "Pending", "the failure of an older mail"


async def test_the_profile_says_how_things_stand() -> None:
    clinic = await clinic_with_owen()
    place = await practitioner(clinic)

    async def shown() -> invitations.PatientPortal:
        portal = await invitations.of_patient(place, await find(place, clinic.patient))
        assert portal
        return portal

    assert (await shown()).can_be_invited
    await send(clinic, place)
    state = await shown()
    assert state.pending
    assert not state.can_be_invited
    await invitations.cancel(place, state.pending.id)
    state = await shown()
    assert (state.can_be_invited, state.pending, len(state.past)) == (True, None, 1)


async def test_who_reads_only_name_and_contact_reads_nothing_of_portals_and_invites_nobody() -> None:
    """Decision 29."""
    clinic = await clinic_with_owen()
    _, invitation = await invited(clinic)
    contact = await clinic.place(await clinic.hire("Contact Only", MemberLevel.OWN_AND_CONTACT))
    assert await invitations.of_patient(contact, await find(contact, clinic.patient)) is None
    assert (await invitations.read(contact)).rows == ()
    assert (await invitations.waiting(contact), await invitations.cancel_all(contact)) == (0, 0)
    with pytest.raises(NotFound):
        await invitations.one(contact, invitation)
    await run("UPDATE patient SET deceased_on = '2026-01-01', birth_date = NULL")
    for doing in (
        send(clinic, contact), invitations.invitee(contact, clinic.patient),
        invitations.preview(contact, clinic.patient, Draft(EMAIL, "[Practitioner Name]")),
        invitations.resend(contact, invitation, 1), invitations.cancel(contact, invitation),
    ):  # fmt: skip
        with pytest.raises(NotPermitted):
            await doing
    await run("UPDATE patient SET practitioner = $1", contact.member)
    assert (await invitations.one(contact, invitation)).email == EMAIL
    await invitations.cancel(contact, invitation)
