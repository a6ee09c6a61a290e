"""Case Load reads as much as each member reads, and no more."""

from datetime import timedelta
from typing import Any

import pytest

from db.engine import counting, run
from db.ids import new_id
from db.tables.member import Limit, MemberLevel, RoleType
from domain import clock
from domain.reports import saving, sheet
from tests.clinic import NOW, Clinic, set_clock, write
from tests.domain.reporting import CASE_LOAD, SORTS, People, cells, found, hired, own


@pytest.fixture
async def people(database: None) -> People:
    set_clock(NOW)
    return await People.admit()


async def test_who_finds_their_own_has_those_alone(people: People) -> None:
    olive = await own(people, level=MemberLevel.PERSONAL)
    for sort in SORTS:
        assert await found(olive, sort) == ["Anna"]
    assert (await CASE_LOAD.counted(olive, {})).many == 1
    assert (await cells(olive, people.patients["Anna"]))["owing"] == 20
    await people.visit(people.patients["Cleo"], "amara", days=-9)
    await people.clinic.book(NOW, patient=people.patients["Cleo"], practitioner=olive.member)
    assert await found(olive) == ["Anna", "Cleo"]


async def test_who_is_kept_from_a_patient_does_not_find_them(people: People) -> None:
    await write(
        "patient_revocation", patient=people.patients["Anna"], member=people.members["amara"],
        revoked_by=people.amara.account, revoked_at=clock.now(),
    )  # fmt: skip
    for sort in SORTS:
        assert "Anna" not in await found(people.amara, sort)
    assert (await CASE_LOAD.counted(people.amara, {})).many == 3


@pytest.mark.parametrize("limit", [{"profiles": Limit.NONE.value}, {"profiles": Limit.OWN.value}])
async def test_who_reads_no_profile_has_nobody(people: People, limit: dict[str, Any]) -> None:
    bea = await hired(people, "Bea Castellanos", role_type=RoleType.ADMINISTRATOR, **limit)
    for sort in SORTS:
        assert await found(bea, sort) == []
    assert (await CASE_LOAD.counted(bea, {})).many == 0


async def test_what_is_owed_by_their_own_alone(people: People) -> None:
    olive = await own(people, level=MemberLevel.CLINICAL)
    assert (await cells(olive, people.patients["Anna"]))["owing"] == 20
    assert (await cells(olive, people.patients["Ben"]))["owing"] is None
    assert (await found(olive, "-owing"))[0] == "Anna"
    assert await found(olive, "-owing") == ["Anna", "Ben", "Cleo", "Dov"]


@pytest.mark.parametrize("limit", [{"invoices": "none"}, {"financial_reports": "none"}, {"has_invoices": False}])
async def test_who_reads_no_invoices_sees_no_debts(people: People, limit: dict[str, Any]) -> None:
    place = await hired(people, "Nora None", **limit)
    with counting() as statements:
        assert "owing" not in await cells(place, people.patients["Ben"])
    assert "invoice" not in " ".join(statements)
    assert "owing" not in {column.name for column in CASE_LOAD.columns(place)}


@pytest.mark.parametrize("limit", [{"calendars": "none"}, {"has_calendar": False}])
async def test_who_reads_no_calendar_sees_no_appointments(people: People, limit: dict[str, Any]) -> None:
    place = await hired(people, "Nora None", **limit)
    with counting() as statements:
        assert {"last", "next"}.isdisjoint(await cells(place, people.patients["Anna"]))
    assert "starts_at" not in " ".join(statements)
    assert {"seen_since", "not_seen_since", "next"}.isdisjoint({field.name for field in await CASE_LOAD.fields(place)})
    asked = {"seen_since": "2026-11-10", "not_seen_since": "2026-01-01", "next": "Has none"}
    assert await found(place, **asked) == ["Anna", "Ben", "Cleo", "Dov"]


async def test_appointments_of_their_own_alone(people: People) -> None:
    olive = await own(people, calendars="own")
    anna, ben = [await cells(olive, people.patients[name]) for name in ("Anna", "Ben")]
    assert (anna["last"], anna["next"]) == (NOW - timedelta(days=10), NOW + timedelta(days=3))
    assert (ben["last"], ben["next"]) == (None, None)
    assert await found(olive, "-last") == ["Anna", "Ben", "Cleo", "Dov"]
    assert await found(olive, next="Has none") == []
    assert await found(olive, not_seen_since="2026-11-19") == ["Anna"]
    assert await found(olive, seen_since="2020-01-01") == ["Anna"]


async def test_who_sees_no_invitations_learns_of_none(people: People) -> None:
    place = await hired(people, "Nora None", has_invitations=False)
    assert (await cells(place, people.patients["Anna"]))["portal"] == "No portal"
    assert await found(place, portal="Invited") == []
    assert await found(place, portal="No portal") == ["Anna", "Ben", "Dov"]
    [field] = [field for field in await CASE_LOAD.fields(place) if field.name == "portal"]
    assert field.choices is not None
    assert "Invited" not in field.choices
    assert "Invited" not in {part for bar in (await CASE_LOAD.counted(place, {})).picture for part in bar.parts}


async def test_hidden_names(people: People) -> None:
    tom = await hired(people, "Tom Whitlock", hides_names=True)
    codes = sorted(row["code"] for row in await run("SELECT code FROM patient"))
    with counting() as statements:
        for sort in SORTS:
            assert set(await found(tom, sort)) == set(codes)
        assert await found(tom, "name") == codes
        assert await found(tom, "-name") == codes[::-1]
    said = " ".join(statements)
    assert not any(word in said for word in ("first_name", "last_key", "p.email", "email_key", "city", "tag"))
    assert {"has_email", "tag", "city"}.isdisjoint({field.name for field in await CASE_LOAD.fields(tom)})
    everybody = {"has_email": "Yes", "city": "Newtown", "tag": str(people.tag)}
    assert await found(tom, **everybody) == codes
    report = new_id()
    await saving.start(tom, report, "Case Load", everybody)
    lines = [line async for line in sheet.lines(tom, report)]
    assert lines[0] == [column.label for column in CASE_LOAD.columns(tom)]
    assert "Email" not in lines[0]
    assert [line[0] for line in lines[1:]] == codes
    assert not any(word in str(lines) for word in ("Anna", "Ben", "Cleo", "Dov", "example.com"))


async def test_two_practices_never_see_each_other(people: People) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    priya = await other.place(await other.hire("Priya Nair"))
    for sort in SORTS:
        assert await found(priya, sort) == ["Mina"]
        assert "Mina" not in await found(people.amara, sort)
    assert (await CASE_LOAD.counted(priya, {})).many == 1
