"""One outcome for each chosen patient, the same that inviting them alone would come to (decision 15)."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.engine import counting, run
from db.tables.bulk_invitation import BulkOutcome
from db.tables.member import MemberLevel
from domain import clock, invitations
from domain.errors import DomainError
from domain.invitations import Draft, bulk
from domain.invitations.bulk.weighing import Weighing, weigh
from domain.places import Place
from tests.cast import someone
from tests.clinic import Clinic, set_clock, write
from tests.domain.inviting import BORN, CHILD_BORN, practitioner
from tests.domain.inviting_many import adults, child, invite, report_of

pytestmark = pytest.mark.usefixtures("database")
Making = Callable[[Clinic, Place], Awaitable[UUID]]


async def grown(clinic: Clinic, email: str = "owen@example.com", **others: Any) -> UUID:
    row = {"first_name": "Owen", "last_name": "Tait", "birth_date": BORN, "email": email}
    return await clinic.admit(None, **{**row, **others})


async def plain(clinic: Clinic, place: Place) -> UUID:
    return await grown(clinic)


async def deceased(clinic: Clinic, place: Place) -> UUID:
    return await grown(clinic, deceased_on=date(2026, 1, 1), active=False)


async def inactive(clinic: Clinic, place: Place) -> UUID:
    return await grown(clinic, active=False)


async def linked(clinic: Clinic, place: Place) -> UUID:
    owner = await someone("Linked Patient")
    patient = await grown(clinic)
    await run("UPDATE patient SET portal = $2 WHERE id = $1", patient, owner.portal)
    return patient


async def pending(clinic: Clinic, place: Place) -> UUID:
    patient = await grown(clinic)
    await invitations.send(place, patient, Draft("owen@example.com"))
    # That was a while ago: nobody has pressed twice.
    set_clock(clock.now() + timedelta(hours=1))
    return patient


async def expired(clinic: Clinic, place: Place) -> UUID:
    patient = await grown(clinic)
    await invitations.send(place, patient, Draft("owen@example.com"))
    set_clock(clock.now() + timedelta(days=15))
    return patient


async def without_email(clinic: Clinic, place: Place) -> UUID:
    return await grown(clinic, "")


async def child_without_email(clinic: Clinic, place: Place) -> UUID:
    return await grown(clinic, "", birth_date=CHILD_BORN)


async def at_staffs_email(clinic: Clinic, place: Place) -> UUID:
    await clinic.hire("Ursula Staff", MemberLevel.PERSONAL)
    return await grown(clinic, "URSULA@example.com ".strip())


async def at_former_staffs_email(clinic: Clinic, place: Place) -> UUID:
    await clinic.hire("Ursula Staff", MemberLevel.PERSONAL, active=False)
    return await grown(clinic, "ursula@example.com")


async def at_the_email_of_somebody_asked(clinic: Clinic, place: Place) -> UUID:
    await write(
        "member", practice=clinic.practice, name="Asked", email="asked@example.com", email_key="asked@example.com",
        role_type="Practitioner", level="Full Access", active=False, created_at=clock.now(),
    )  # fmt: skip
    return await grown(clinic, "asked@example.com")


async def at_the_email_of_somebody_who_declined(clinic: Clinic, place: Place) -> UUID:
    await write(
        "member", practice=clinic.practice, name="Asked", email="asked@example.com", email_key="asked@example.com",
        role_type="Practitioner", level="Full Access", active=False, created_at=clock.now(), declined_at=clock.now(),
    )  # fmt: skip
    return await grown(clinic, "asked@example.com")


async def at_the_email_of_staff_elsewhere(clinic: Clinic, place: Place) -> UUID:
    other = await Clinic.open(None, "Eastside Physio")
    await other.hire("Priya Nair")
    return await grown(clinic, "priya@example.com")


async def unborn(clinic: Clinic, place: Place) -> UUID:
    return await grown(clinic, birth_date=None)


async def guessed(clinic: Clinic, place: Place) -> UUID:
    patient = await grown(clinic)
    invitation = await invitations.send(place, patient, Draft("owen@example.com"))
    await run("UPDATE invitation SET state = 'Locked', tries = 5, wrong_before = 10 WHERE id = $1", invitation)
    set_clock(clock.now() + timedelta(days=2))
    return patient


async def written_to_often(clinic: Clinic, place: Place) -> UUID:
    patient = await grown(clinic)
    for n in range(5):
        other = await grown(clinic, f"n{n}@example.com")
        await invitations.send(place, other, Draft("owen@example.com"))
    return patient


EXPECTED: dict[Making, BulkOutcome] = {
    plain: BulkOutcome.WAITING,
    deceased: BulkOutcome.DECEASED,
    inactive: BulkOutcome.INACTIVE,
    linked: BulkOutcome.HAS_PORTAL,
    pending: BulkOutcome.PENDING,
    expired: BulkOutcome.WAITING,
    without_email: BulkOutcome.NO_EMAIL,
    child_without_email: BulkOutcome.CHILD,
    at_staffs_email: BulkOutcome.STAFF,
    at_former_staffs_email: BulkOutcome.STAFF,
    at_the_email_of_somebody_asked: BulkOutcome.STAFF,
    at_the_email_of_somebody_who_declined: BulkOutcome.WAITING,
    at_the_email_of_staff_elsewhere: BulkOutcome.WAITING,
    unborn: BulkOutcome.FAILED,
    guessed: BulkOutcome.FAILED,
    written_to_often: BulkOutcome.FAILED,
}


@pytest.mark.parametrize("making", EXPECTED, ids=lambda making: making.__name__)
async def test_the_outcome_is_what_inviting_them_alone_comes_to(making: Making) -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    patient = await making(clinic, place)
    [weighed] = (await weigh(place, [patient])).patients
    [row] = await run("SELECT email FROM patient WHERE id = $1", patient)
    refused = ""
    try:
        await invitations.send(place, patient, Draft(row["email"] or "typed@example.com"))
    except DomainError as error:
        refused = getattr(error, "words", str(error))
    assert weighed.outcome is EXPECTED[making]
    alone = not refused or weighed.outcome in (BulkOutcome.NO_EMAIL, BulkOutcome.CHILD)
    assert alone is (weighed.outcome in (BulkOutcome.WAITING, BulkOutcome.NO_EMAIL, BulkOutcome.CHILD)), refused
    if weighed.outcome is BulkOutcome.FAILED:
        assert weighed.reason == refused


async def weighed(clinic: Clinic, place: Place, *patients: UUID) -> dict[UUID, tuple[str, str]]:
    found = await weigh(place, sorted(patients))
    assert sum(found.counts.values()) == len(patients)
    return {one.patient: (one.outcome.value, one.reason) for one in found.patients}


async def test_whom_the_member_does_not_find_or_only_by_name_gets_no_access() -> None:
    clinic, other = await Clinic.open(None), await Clinic.open(None, "Eastside Physio")
    full, contact = (
        await practitioner(clinic),
        await clinic.place(await clinic.hire("Contact Only", MemberLevel.OWN_AND_CONTACT)),
    )
    [mine, theirs] = await adults(clinic, 2)
    await run("UPDATE patient SET practitioner = $2 WHERE id = $1", mine, contact.member)
    absent, elsewhere = uuid4(), await grown(other)
    found = await weighed(clinic, contact, mine, theirs, absent, elsewhere)
    assert [found[one][0] for one in (mine, theirs, absent, elsewhere)] == ["Waiting"] + ["No access"] * 3
    kept = await clinic.hire("Kept Away")
    away = await clinic.place(kept)
    await write("patient_revocation", patient=mine, member=away.member, revoked_by=full.account, revoked_at=clock.now())
    assert (await weighed(clinic, away, mine, theirs))[mine][0] == "No access"
    weighing = await weigh(away, [mine])
    assert "Case" not in repr(weighing), "nothing of them is read"


async def test_where_names_are_hidden_nobody_is_invited_and_nothing_is_read() -> None:
    clinic = await Clinic.open(None)
    tom = await clinic.place(await clinic.hire("Tom Whitlock", MemberLevel.CLINICAL, hides_names=True))
    [patient] = await adults(clinic, 1)
    weighing = await weigh(tom, [patient])
    assert [one.outcome for one in weighing.patients] == [BulkOutcome.NAME_HIDDEN]
    assert "p0@example.com" not in repr(weighing)


async def test_it_says_who_declined_or_was_locked_before() -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    patients = await adults(clinic, 4)
    await invite(place, await report_of(place, patients))
    for patient, state in zip(patients, ("Declined", "Declined", "Locked", "Pending"), strict=True):
        declined = clock.now() if state == "Declined" else None
        await run("UPDATE invitation SET state = $2, declined_at = $3 WHERE patient = $1", patient, state, declined)
    await run("UPDATE patient SET active = false WHERE id = $1", patients[1])
    shown = await bulk.preview(place, await report_of(place, patients))
    assert (shown.sent, shown.declined, shown.locked) == (2, 1, 1)


async def test_it_names_the_first_few_who_get_none() -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    inactive = [await grown(clinic, active=False, first_name=f"P{n}") for n in range(7)]
    shown = await bulk.preview(place, await report_of(place, [await grown(clinic), *inactive]))
    assert shown.names == {(BulkOutcome.INACTIVE, ""): tuple(f"P{n} Tait" for n in range(5))}
    tom = await clinic.place(await clinic.hire("Tom Whitlock", MemberLevel.CLINICAL, hides_names=True))
    [(group, names)] = (await weigh(tom, inactive[:1])).names.items()
    assert (group, names[0][:2]) == ((BulkOutcome.NAME_HIDDEN, ""), "KT")


async def test_adults_with_one_email_get_none_and_their_children_still_do() -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    email = "both@example.com"
    mother, father = [await grown(clinic, email, first_name=name) for name in ("Mother", "Father")]
    ana, beto = [await child(clinic, name, email.upper()) for name in ("Ana", "Beto")]
    weighing = await weigh(place, sorted([mother, father, ana, beto]))
    found = {one.patient: one.outcome for one in weighing.patients}
    assert [found[one].value for one in (mother, father, ana, beto)] == [BulkOutcome.SAME_EMAIL] * 2 + ["Waiting"] * 2
    [letter] = weighing.letters
    assert (letter.is_family, {one.called for one in letter.members}) == (True, {"Ana", "Beto"})
    one_parent = await weigh(place, sorted([mother, ana, beto]))
    assert [len(letter.members) for letter in one_parent.letters] == [3]
    assert one_parent.letters[0].members[-1].called == "Mother", "the youngest first"
    assert [len(letter.members) for letter in (await weigh(place, sorted([mother, father, ana]))).letters] == [1]
    await run("UPDATE patient SET active = false WHERE id = $1", father)
    found_now = await weighed(clinic, place, mother, father, ana, beto)
    assert found_now[mother][0] == "Waiting", "who cannot be invited anyway is in nobody's way"


async def test_more_than_ten_with_one_email_are_no_family() -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    ten = [await child(clinic, f"Child{n}") for n in range(10)]
    [letter] = (await weigh(place, sorted(ten))).letters
    assert len(letter.members) == 10
    eleven = await weighed(clinic, place, *ten, await child(clinic, "Child10"), await grown(clinic))
    assert sorted(outcome for outcome, _ in eleven.values()) == ["Same email as another chosen patient"] * 11 + [
        "Waiting"
    ]


async def test_a_brother_without_a_birth_date_fails_alone() -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    ana, beto = await child(clinic), await child(clinic, "Beto", birth_date=None)
    found = await weighed(clinic, place, ana, beto)
    assert found[ana] == ("Waiting", "")
    assert found[beto] == ("Failed", "Add their birth date first: it is asked when they accept")


@pytest.mark.parametrize(
    "email", ["jörg@example.com", "two words@example.com", "no-at-sign", "x" * 250 + "@example.com"]
)
async def test_an_address_that_cannot_be_written_to_fails(email: str) -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    patient = await grown(clinic, email)
    assert (await weighed(clinic, place, patient))[patient][0] == "Failed"


async def test_a_family_counts_as_one_mail_of_the_day() -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    everyone = [await child(clinic, f"Child{n}") for n in range(6)]
    for _ in range(5):
        report = await report_of(place, everyone)
        shown = (await bulk.preview(place, report)).shown
        made = uuid4()
        await bulk.invite(place, report, made, bulk.BulkDraft(), shown)
        await run("UPDATE invitation SET state = 'Undeliverable'")
    found = await weigh(place, sorted(everyone))
    assert {one.reason[:34] for one in found.patients} == {"5 invitations have gone to this em"}
    assert len(await run("SELECT FROM attempt WHERE key LIKE 'invite:%'")) == 5


async def test_however_many_are_weighed_it_is_the_same_number_of_statements() -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    many = await adults(clinic, 12)
    asked = []
    for some in (many[:1], many):
        with counting() as statements:
            found: Weighing = await weigh(place, some)
        asked.append(len(statements))
        assert len(found.letters) == len(some)
    assert asked == [2, 2]
