"""Ending a link that was wrong: what goes with it, who is told, and whoever does something else at the same moment."""

from uuid import UUID

import pytest

from db.engine import run
from db.tables.member import MemberLevel
from domain import invitations, updates
from domain.errors import Changed, LinkClosed, NotFound, NotPermitted, Refused
from domain.guardians import PARENTAL, open_dependant
from domain.invitations import Answer, Draft
from domain.patients import found, guardians, unlinking
from domain.patients.guardians import ConfirmationState
from domain.places import Place
from tests.cast import Someone, mails, someone
from tests.clinic import Clinic, events
from tests.domain.inviting import (
    BORN,
    CHILD_BORN,
    clinic_with_owen,
    confirmations_of,
    notified,
    patient_row,
    practitioner,
    set_up,
)  # fmt: skip
from tests.domain.sharing import in_the_midst_of
from tests.domain.updating import change

pytestmark = pytest.mark.usefixtures("database")


async def wrongly_linked() -> tuple[Clinic, Place, Someone, UUID]:
    """Owen's patient, linked to the portal of Zed, to whom the invitation went."""
    clinic, zed = await clinic_with_owen(), await someone("Zed Quist")
    place = await practitioner(clinic)
    invitation = await invitations.send(place, clinic.patient, Draft(zed.email))
    assert zed.portal
    await invitations.accept(zed.session, invitation, 1, Answer(BORN, sure=True))
    assert (await patient_row(clinic.patient))["portal"] == zed.portal
    return clinic, place, zed, zed.portal


async def unlink(place: Place, clinic: Clinic) -> None:
    await unlinking.unlink(place, clinic.patient, (await unlinking.linked(place, clinic.patient)).mark)


async def test_the_portal_shows_nothing_and_the_right_person_can_be_invited() -> None:
    clinic, place, zed, portal = await wrongly_linked()
    assert (await zed.visit()).patients == (clinic.patient,)
    with pytest.raises(Refused, match="has a portal already"):
        await invitations.invitee(place, clinic.patient)
    await unlink(place, clinic)
    assert (await zed.visit()).patients == ()
    assert (await events(portal))[-1] == "patient:unlink"
    assert await notified(clinic.practice) == []
    invitation = await invitations.send(place, clinic.patient, Draft("owen@example.com"))
    _, owens = await set_up(invitation, Answer(BORN))
    assert (await patient_row(clinic.patient))["portal"] == owens != portal


async def test_whoever_has_the_portal_is_told_once() -> None:
    clinic, place, zed, portal = await wrongly_linked()
    mark = (await unlinking.linked(place, clinic.patient)).mark
    await in_the_midst_of(
        lambda: unlinking.unlink(place, clinic.patient, mark), lambda: unlinking.unlink(place, clinic.patient, mark)
    )
    await unlinking.unlink(place, clinic.patient, mark)
    assert [(mail["subject"], mail["recipient"]) for mail in await mails("practice-unlinked")] == [(portal, zed.email)]
    assert (await events(portal)).count("patient:unlink") == 1
    with pytest.raises(Refused, match="linked to no portal"):
        await unlinking.linked(place, clinic.patient)


async def test_a_change_that_waits_is_forgotten_and_later_ones_do_not_arrive() -> None:
    clinic, place, zed, _ = await wrongly_linked()
    await change(await zed.visit(), phone="0491 570 158")
    assert "update-waiting" in await notified(clinic.practice)
    await unlink(place, clinic)
    assert (await updates.read(place)).waiting == ()
    assert await notified(clinic.practice) == []
    assert await run("SELECT FROM patient_update_field") == await mails("update-decided") == []
    await change(await zed.visit(), phone="0491 570 159")
    assert (await updates.read(place)).waiting == ()


async def test_a_change_in_the_same_moment_leaves_nothing_that_waits() -> None:
    clinic, place, zed, _ = await wrongly_linked()
    visit, mark = await zed.visit(), (await unlinking.linked(place, clinic.patient)).mark
    await in_the_midst_of(
        lambda: change(visit, phone="0491 570 158"), lambda: unlinking.unlink(place, clinic.patient, mark)
    )
    assert await run("SELECT FROM patient_update WHERE state = 'Waiting'") == []
    assert await notified(clinic.practice) == []


async def leos_link() -> tuple[Clinic, Place, Someone, UUID]:
    """Leo's patient, linked by Zed, his guardian, whose relation the practice does not know."""
    clinic, zed = (
        await clinic_with_owen(first_name="Leo", last_name="Park", birth_date=CHILD_BORN),
        await someone("Zed"),
    )
    leo, place = await open_dependant(zed.session, "Leo Park", "Son", PARENTAL), await practitioner(clinic)
    invitation = await invitations.send(place, clinic.patient, Draft(zed.email))
    await invitations.accept(zed.session, invitation, 1, Answer(CHILD_BORN, leo))
    await run("UPDATE guardian_confirmation SET state = 'Waiting'")
    return clinic, place, zed, leo


async def test_guardians_are_asked_about_no_more_and_asked_anew_after_another_link() -> None:
    clinic, place, zed, leo = await leos_link()
    [guardian] = await guardians.guardians(place, clinic.patient)
    await guardians.decide(place, clinic.patient, guardian.id, ConfirmationState.REFUSED, ConfirmationState.WAITING)
    await unlink(place, clinic)
    assert await confirmations_of(clinic.patient) == {}
    assert [mail["recipient"] for mail in await mails("practice-unlinked")] == [zed.email], "they accepted themselves"
    assert (await zed.visit(leo)).patients == ()


async def test_a_guardian_confirmed_in_the_same_moment_sees_nothing_all_the_same() -> None:
    clinic, place, zed, leo = await leos_link()
    [guardian] = await guardians.guardians(place, clinic.patient)
    mark = (await unlinking.linked(place, clinic.patient)).mark

    async def confirm() -> None:
        with pytest.raises(NotFound):
            await guardians.decide(
                place, clinic.patient, guardian.id, ConfirmationState.CONFIRMED, ConfirmationState.WAITING
            )

    await in_the_midst_of(lambda: unlinking.unlink(place, clinic.patient, mark), confirm)
    assert await confirmations_of(clinic.patient) == {}
    assert (await zed.visit(leo)).patients == ()
    assert await notified(clinic.practice) == []


async def test_a_form_from_before_another_link_unlinks_nothing() -> None:
    clinic, place, _, _ = await wrongly_linked()
    old = (await unlinking.linked(place, clinic.patient)).mark
    await unlink(place, clinic)
    invitation = await invitations.send(place, clinic.patient, Draft("owen@example.com"))
    _, owens = await set_up(invitation, Answer(BORN))
    with pytest.raises(Changed):
        await unlinking.unlink(place, clinic.patient, old)
    assert (await patient_row(clinic.patient))["portal"] == owens
    with pytest.raises(LinkClosed):
        await set_up(invitation, Answer(BORN))


async def test_the_link_of_another_practice_stays() -> None:
    clinic, place, zed, portal = await wrongly_linked()
    other = await clinic_with_owen("Eastside Physio")
    await run("UPDATE patient SET portal = $2 WHERE id = $1", other.patient, portal)
    theirs = await practitioner(other, "Priya Nair")
    marks = {(await unlinking.linked(one, patient)).mark for one, patient in (
        (place, clinic.patient), (theirs, other.patient))}  # fmt: skip
    assert len(marks) == 2, "nobody who works at both reads that it is one portal"
    for doing in (unlinking.linked(theirs, clinic.patient), unlinking.unlink(theirs, clinic.patient, marks.pop())):
        with pytest.raises(NotFound):
            await doing
    await unlink(place, clinic)
    assert (await zed.visit()).patients == (other.patient,)


async def test_who_may_not_unlink() -> None:
    clinic, place, _, portal = await wrongly_linked()
    mark = (await unlinking.linked(place, clinic.patient)).mark
    for n, (level, rights) in enumerate((
        (MemberLevel.CLINICAL, {}), (MemberLevel.FULL, {"read_only": True}), (MemberLevel.FULL, {"hides_names": True}),
        (MemberLevel.FULL, {"has_patients": False}), (MemberLevel.FULL, {"profiles": "own"}),
    )):  # fmt: skip
        who = await clinic.place(await clinic.hire(f"Member{n} X", level, **rights))  # type: ignore[arg-type]
        for doing in (unlinking.linked(who, clinic.patient), unlinking.unlink(who, clinic.patient, mark)):
            with pytest.raises((NotPermitted, NotFound)):
                await doing
    assert (await patient_row(clinic.patient))["portal"] == portal
    assert (await found.find(place, clinic.patient)).portal == portal
