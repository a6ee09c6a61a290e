"""A practice's word on the guardians of its patients' portals."""

import asyncio
from uuid import UUID, uuid4

import pytest

from db.engine import run
from db.tables.member import MemberLevel
from domain import access, invitations
from domain import guardians as portals_without_login
from domain.errors import Changed, NotFound, NotPermitted
from domain.guardians import PARENTAL
from domain.invitations import Answer, Draft
from domain.patients import guardians
from domain.patients.guardians import ConfirmationState, PatientGuardian
from domain.places import Place
from tests.cast import Someone, mails, someone
from tests.clinic import Clinic, events
from tests.domain.inviting import CHILD_BORN, clinic_with_owen, notified, practitioner
from tests.domain.sharing import an_offer, in_the_midst_of, let_in_leo, row_of, two_guardians

pytestmark = pytest.mark.usefixtures("database")
WAITING, CONFIRMED, REFUSED = ConfirmationState.WAITING, ConfirmationState.CONFIRMED, ConfirmationState.REFUSED


async def leo_is_linked() -> tuple[Clinic, Place, Someone, Someone, UUID]:
    """Mina, invited by the practice, and Theo, about whom it is asked."""
    mina, theo, leo = await two_guardians()
    clinic = await clinic_with_owen(first_name="Leo", last_name="Park", birth_date=CHILD_BORN)
    place = await practitioner(clinic)
    invitation = await invitations.send(place, clinic.patient, Draft(mina.email))
    await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, leo))
    return clinic, place, mina, theo, leo


async def of(place: Place, clinic: Clinic, who: Someone) -> PatientGuardian:
    return next(one for one in await guardians.guardians(place, clinic.patient) if one.email == who.email)


async def test_each_stands_there_with_what_they_say_of_themselves() -> None:
    clinic, place, mina, theo, _ = await leo_is_linked()
    shown = {one.name: one for one in await guardians.guardians(place, clinic.patient)}
    assert (shown["Mina Park"].state, shown["Theo Almeida"].state) == (CONFIRMED, WAITING)
    assert (shown["Theo Almeida"].basis, shown["Theo Almeida"].email) == (PARENTAL, theo.email)
    assert shown["Mina Park"].decided_by is None
    [waiting] = await guardians.waiting_guardians(place)
    assert (waiting.patient, waiting.name, waiting.guardians) == (clinic.patient, "Leo Park", 1)
    assert mina.email in [mail["recipient"] for mail in await mails("practice-linked")]


async def test_who_is_confirmed_sees_the_practice_and_no_longer_once_that_is_taken_back() -> None:
    clinic, place, _, theo, leo = await leo_is_linked()
    assert (await theo.visit(leo)).patients == ()
    waits = await of(place, clinic, theo)
    assert "guardians-waiting" in await notified(clinic.practice)
    confirmed = await guardians.decide(place, clinic.patient, waits.id, CONFIRMED, WAITING)
    assert "guardians-waiting" not in await notified(clinic.practice)
    assert (confirmed.state, confirmed.decided_by) == (CONFIRMED, "Rhys Lindqvist")
    assert (await theo.visit(leo)).patients == (clinic.patient,)
    assert await guardians.waiting_guardians(place) == ()
    await guardians.decide(place, clinic.patient, waits.id, REFUSED, CONFIRMED)
    assert (await theo.visit(leo)).patients == ()
    assert [kind for kind in await events(leo) if kind.startswith("guardian:")] == [
        "guardian:confirm", "guardian:refuse",
    ]  # fmt: skip


async def test_whom_an_unconfirmed_guardian_lets_in_sees_nothing_either() -> None:
    clinic = await clinic_with_owen(first_name="Leo", last_name="Park", birth_date=CHILD_BORN)
    mina, kim = await someone("Mina Park"), await someone("Kim Sato", portal=False)
    leo = await portals_without_login.open_dependant(mina.session, "Leo Park", "Son", PARENTAL)
    place = await practitioner(clinic)
    invitation = await invitations.send(place, clinic.patient, Draft(mina.email))
    await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, leo))
    await let_in_leo(mina, leo, kim)
    assert (await kim.visit(leo)).patients == (clinic.patient,)
    guardian = await of(place, clinic, mina)
    await guardians.decide(place, clinic.patient, guardian.id, REFUSED, CONFIRMED)
    assert (await kim.visit(leo)).patients == ()


async def test_deciding_twice_is_once_and_a_second_opinion_sees_the_first() -> None:
    clinic, place, _, theo, _ = await leo_is_linked()
    amy = await practitioner(clinic, "Amy Full")
    waits = await of(place, clinic, theo)
    done = await asyncio.gather(
        guardians.decide(place, clinic.patient, waits.id, CONFIRMED, WAITING),
        guardians.decide(amy, clinic.patient, waits.id, REFUSED, WAITING),
        return_exceptions=True,
    )
    assert [type(answer) for answer in done].count(Changed) == 1
    state = (await of(place, clinic, theo)).state
    assert (await guardians.decide(place, clinic.patient, waits.id, state, WAITING)).state is state
    assert len(await run("SELECT FROM event WHERE kind IN ('guardian:confirm', 'guardian:refuse')")) == 1


async def test_who_may_not_confirm_and_what_is_not_there() -> None:
    clinic, place, _, theo, _ = await leo_is_linked()
    waits = await of(place, clinic, theo)
    for n, rights in enumerate(({"read_only": True}, {"hides_names": True}, {"has_patients": False})):
        who = await clinic.place(await clinic.hire(f"Member{n} X", MemberLevel.CLINICAL, **rights))  # type: ignore[arg-type]
        assert await guardians.waiting_guardians(who) == ()
        with pytest.raises(NotPermitted):
            await guardians.guardians(who, clinic.patient)
        with pytest.raises(NotPermitted):
            await guardians.decide(who, clinic.patient, waits.id, CONFIRMED, WAITING)
    contact = await clinic.place(await clinic.hire("Contact Only", MemberLevel.OWN_AND_CONTACT))
    assert await guardians.waiting_guardians(contact) == ()
    with pytest.raises(NotPermitted):
        await guardians.guardians(contact, clinic.patient)
    other = await practitioner(await clinic_with_owen("Eastside Physio"), "Priya Nair")
    for patient, guardian in ((clinic.patient, waits.id), (other.practice.id, waits.id)):
        with pytest.raises(NotFound):
            await guardians.decide(other, patient, guardian, CONFIRMED, WAITING)
    another = await clinic.admit(None)
    for patient, guardian in ((another, waits.id), (clinic.patient, uuid4())):
        with pytest.raises(NotFound):
            await guardians.decide(place, patient, guardian, CONFIRMED, WAITING)
    with pytest.raises(NotFound):
        await guardians.decide(place, clinic.patient, waits.id, WAITING, WAITING)


async def test_a_guardian_who_has_left_is_not_asked_about() -> None:
    clinic, place, mina, theo, leo = await leo_is_linked()
    assert "guardians-waiting" in await notified(clinic.practice)
    await access.leave(await theo.visit(leo))
    assert "guardians-waiting" not in await notified(clinic.practice)
    assert [one.email for one in await guardians.guardians(place, clinic.patient)] == [mina.email]
    assert await guardians.waiting_guardians(place) == ()


async def test_one_decided_about_while_the_other_leaves_leaves_nothing_to_decide() -> None:
    clinic, place, mina, theo, leo = await leo_is_linked()
    await run("UPDATE guardian_confirmation SET state = 'Waiting'")
    waits = await of(place, clinic, mina)
    visit = await theo.visit(leo)
    await in_the_midst_of(
        lambda: guardians.decide(place, clinic.patient, waits.id, CONFIRMED, WAITING), lambda: access.leave(visit)
    )
    assert "guardians-waiting" not in await notified(clinic.practice)


async def test_each_practice_is_asked_for_itself() -> None:
    _, _, mina, _, leo = await leo_is_linked()
    second = await clinic_with_owen("Eastside Physio", first_name="Leo", last_name="Park", birth_date=CHILD_BORN)
    place = await practitioner(second, "Priya Nair")
    invitation = await invitations.send(place, second.patient, Draft(mina.email))
    await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, leo))
    assert sorted(one.state for one in await guardians.guardians(place, second.patient)) == [CONFIRMED, WAITING]
    kim = await someone("Kim Sato")
    await portals_without_login.offer(await mina.visit(leo), an_offer(kim.email, guardian=True))
    if row := await row_of(kim.email):
        assert row["status"] == "Pending"
