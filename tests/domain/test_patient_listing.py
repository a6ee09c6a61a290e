"""Which patients a member finds, by what they ask, and what stands on each line."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from db.engine import run
from db.tables.member import MemberLevel, RoleType
from domain import clock
from domain.errors import NotFound, NotPermitted
from domain.patients import listing
from domain.patients.question import Order, PatientStatus, PortalState, Question
from domain.patients.search import matches
from domain.places import Place
from tests.cast import someone
from tests.clinic import Clinic, write

PEOPLE = (
    ("Anna", "Weber", "", "anna@example.com", "02 5550 1111"),
    ("José", "Núñez", "Pepe", "jose@example.com", "+61 491 570 156"),
    ("Anna Maria", "van der Berg", "", "", ""),
    ("Ben", "O'Hara 100%", "", "ben_o@example.com", "0491570999"),
)


@pytest.fixture
async def clinic(database: None) -> Clinic:
    clinic = await Clinic.open(None)
    for first, last, preferred, email, phone in PEOPLE:
        await clinic.admit(
            None, first_name=first, last_name=last, preferred_name=preferred, email=email, phone=phone,
        )  # fmt: skip
    return clinic


@pytest.fixture
async def amara(clinic: Clinic) -> Place:
    return await clinic.place(await clinic.hire("Amara Okafor"))


async def found(place: Place, q: str = "", **asked: object) -> list[str]:
    shown = await listing.read(place, replace(Question(q=q), **asked))  # type: ignore[arg-type]
    return [patient.name for patient in shown.patients]


async def test_everybody_in_the_order_of_family_names(amara: Place) -> None:
    assert await found(amara) == ["José Núñez", "Ben O'Hara 100%", "Mina Park", "Anna Maria van der Berg", "Anna Weber"]
    assert await found(amara, order=Order.FIRST_NAME) == [
        "Anna Maria van der Berg", "Anna Weber", "Ben O'Hara 100%", "José Núñez", "Mina Park",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("mina p", ["Mina Park"]),
        ("park mi", ["Mina Park"]),
        ("PARK", ["Mina Park"]),
        ("nunez", ["José Núñez"]),
        ("pep", ["José Núñez"]),
        ("núñez pepe", ["José Núñez"]),
        ("anna", ["Anna Maria van der Berg", "Anna Weber"]),
        ("van der b", ["Anna Maria van der Berg"]),
        ("berg anna", []),
        ("anna berg", ["Anna Maria van der Berg"]),
        ("JOSE@EXA", ["José Núñez"]),
        ("ben_o", ["Ben O'Hara 100%"]),
        ("ben%o", []),
        ("%", []),
        ("o'hara 100%", ["Ben O'Hara 100%"]),
        ("0491 570", ["Ben O'Hara 100%"]),
        ("(02) 5550", ["Anna Weber"]),
        ("+61 491", ["José Núñez"]),
        ("mina x", []),
        ("' OR true --", []),
    ],
)
async def test_a_search_as_one_types(amara: Place, typed: str, names: list[str]) -> None:
    assert await found(amara, typed) == names


@pytest.mark.parametrize("typed", ["\x00", "\x1b", "a\x00b", "\ud800", "x" * 5000, "a " * 3000, "\\", "\U0010ffff"])
async def test_whatever_is_typed_is_a_search(amara: Place, typed: str) -> None:
    assert (await listing.read(amara, Question(q=typed))).page == 1


async def test_a_code_is_found_by_everybody(clinic: Clinic, amara: Place) -> None:
    [row] = await run("SELECT code FROM patient WHERE id = $1", clinic.patient)
    tom = await clinic.place(await clinic.hire("Tom W", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, hides_names=True))
    code = row["code"]
    for typed in (code, code.lower(), f"kt {code[2:]}"):
        assert await found(amara, typed) == ["Mina Park"]
        assert await found(tom, typed) == [code]
    assert await found(tom, code[2:]) == [code]


async def test_hidden_names_are_neither_searched_nor_sorted_by(clinic: Clinic) -> None:
    tom = await clinic.place(await clinic.hire("Tom W", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, hides_names=True))
    codes = await found(tom)
    assert codes == sorted(codes) == await found(tom, order=Order.FIRST_NAME)
    assert len(codes) == len(PEOPLE) + 1
    assert all(code.startswith("KT") for code in codes)
    for typed in ("Mina", "park", "anna@example.com", "0491 570", "k", "kt"):
        assert await found(tom, typed) == []
    shown = await listing.read(tom, Question())
    assert {(patient.phone, patient.email) for patient in shown.patients} == {("", "")}


async def test_own_patients_alone_by_personal_access(clinic: Clinic) -> None:
    rhys = await clinic.place(await clinic.hire("Rhys Lindqvist", MemberLevel.PERSONAL))
    assert await found(rhys) == []
    his = await clinic.admit(None, first_name="Owen", last_name="Tait", practitioner=rhys.member)
    await clinic.book(clock.now() + timedelta(days=1), practitioner=rhys.member)
    await clinic.book(clock.now() + timedelta(days=2), practitioner=rhys.member)
    assert await found(rhys) == ["Mina Park", "Owen Tait"]
    assert await found(rhys, "anna") == []
    assert await found(rhys, "ta") == ["Owen Tait"]
    assert (await listing.read(rhys, Question())).many == 2
    await write("patient_revocation", patient=his, member=rhys.member, revoked_by=rhys.account, revoked_at=clock.now())
    assert await found(rhys) == ["Mina Park"]
    assert await found(rhys, "tait") == []


async def test_of_others_patients_only_name_and_contact(clinic: Clinic) -> None:
    await run("UPDATE patient SET practitioner = $2 WHERE id = $1", clinic.patient, clinic.practitioner)
    await clinic.book(clock.now() + timedelta(days=1))
    rhys = await clinic.place(await clinic.hire("Rhys Lindqvist", MemberLevel.OWN_AND_CONTACT))
    his = await clinic.admit(None, first_name="Owen", last_name="Tait", practitioner=rhys.member)
    shown = {patient.id: patient for patient in (await listing.read(rhys, Question())).patients}
    other = shown[clinic.patient]
    assert (other.name, other.phone) == ("Mina Park", "kept by the practice")
    assert (other.practitioner, other.portal, other.status, other.next_at) == (None, None, None, None)
    assert (shown[his].practitioner, shown[his].portal) == ("Rhys Lindqvist", PortalState.NONE)
    assert await found(rhys, practitioner=clinic.practitioner) == [], "a filter tells nothing either"
    assert await found(rhys, practitioner=rhys.member) == ["Owen Tait"]
    assert await found(rhys, portal=PortalState.NONE) == ["Owen Tait"]


async def test_filters(clinic: Clinic, amara: Place) -> None:
    account = await someone("Zed Novak")
    linked = await clinic.admit(account.portal, first_name="Zed", last_name="Novak", practitioner=clinic.practitioner)
    dead = await clinic.admit(None, first_name="Old", last_name="Oak", deceased_on=clock.now().date())
    for patient, until in ((clinic.patient, 1), (dead, -1)):
        await write(
            "invitation", practice=clinic.practice, patient=patient, email="x@example.com", email_key="x@example.com",
            state="Pending", sent_by=account.account, created_at=clock.now(), sent_at=clock.now(),
            expires_at=clock.now() + timedelta(days=until),
        )  # fmt: skip
    assert await found(amara, portal=PortalState.LINKED) == ["Zed Novak"]
    assert await found(amara, portal=PortalState.INVITED) == ["Mina Park"]
    nobody = await found(amara, portal=PortalState.NONE)
    assert "Old Oak" in nobody
    assert not {"Zed Novak", "Mina Park"} & set(nobody)
    assert await found(amara, status=PatientStatus.DECEASED) == ["Old Oak"]
    assert "Old Oak" not in await found(amara, status=PatientStatus.ACTIVE)
    assert await found(amara, practitioner=clinic.practitioner) == ["Zed Novak"]
    assert await found(amara, "anna", practitioner=clinic.practitioner) == []
    assert await found(amara, practitioner=uuid4()) == []
    assert [patient.id for patient in (await listing.read(amara, Question(q="zed"))).patients] == [linked]


async def test_without_the_module_of_invitations_nobody_is_invited(clinic: Clinic) -> None:
    """S5.6: such a member learns only whether there is a portal."""
    now, who = clock.now(), await clinic.hire("Amy Full")
    await write(
        "invitation", practice=clinic.practice, patient=clinic.patient, email="x@example.com", state="Pending",
        email_key="x@example.com", sent_by=who.account, created_at=now, sent_at=now,
        expires_at=now + timedelta(days=9),
    )  # fmt: skip
    await run("UPDATE patient SET portal = NULL WHERE id = $1", clinic.patient)
    amy = await clinic.place(who)
    bea = await clinic.place(await clinic.hire("Bea Corr", has_invitations=False))
    asked = {state: Question(portal=state) for state in PortalState}
    assert [row.id for row in (await listing.read(amy, asked[PortalState.INVITED])).patients] == [clinic.patient]
    assert (await listing.read(bea, asked[PortalState.INVITED])).patients == ()
    for question in (Question(), asked[PortalState.NONE]):
        [row] = [row for row in (await listing.read(bea, question)).patients if row.id == clinic.patient]
        assert row.portal is PortalState.NONE


async def test_a_page_has_fifty(clinic: Clinic, amara: Place) -> None:
    for number in range(60):
        await clinic.admit(None, first_name=f"First{number:02}", last_name="Zulu")
    first, second = [await listing.read(amara, Question(q="zulu", page=page)) for page in (1, 2)]
    assert (len(first.patients), first.more, first.many) == (50, True, 60)
    assert (len(second.patients), second.more) == (10, False)
    assert not {one.id for one in first.patients} & {one.id for one in second.patients}
    for page in (0, -1, 1001):
        with pytest.raises(NotFound):
            await listing.read(amara, Question(page=page))


async def test_each_practice_finds_its_own(clinic: Clinic, amara: Place) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    await other.admit(None, first_name="Anna", last_name="Elsewhere")
    assert "Anna Elsewhere" not in await found(amara, "anna")
    assert "Anna Elsewhere" not in await found(amara)


async def test_without_the_module_there_is_no_list(clinic: Clinic) -> None:
    bea = await clinic.place(await clinic.hire("Bea C", MemberLevel.FULL, RoleType.ADMINISTRATOR, has_patients=False))
    with pytest.raises(NotPermitted):
        await listing.read(bea, Question())


def test_what_is_typed_is_read_once() -> None:
    assert matches("") is None
    assert matches("   ") is None
    assert matches("mina", codes_only=True) == ()
