"""Case Load: who is in it, what stands there of them, and in which order."""

from datetime import timedelta
from decimal import Decimal

import pytest

from db.engine import counting, run
from db.ids import new_id
from domain.errors import NotFound, Refused
from domain.reports import case_load_filters, results, saving
from tests.clinic import NOW, Clinic, set_clock, write
from tests.domain.reporting import CASE_LOAD, FEW, MANY, SORTS, People, cells, found


@pytest.fixture
async def people(database: None) -> People:
    set_clock(NOW)
    return await People.admit()


async def test_what_stands_on_a_line(people: People) -> None:
    assert await cells(people.amara, people.patients["Anna"]) == {
        "name": "Anna Z", "email": "anna@example.com", "practitioner": "Amara Okafor", "portal": "Invited",
        "status": "Active", "last": NOW - timedelta(days=10), "next": NOW + timedelta(days=3),
        "owing": Decimal("20.00"),
    }  # fmt: skip
    ben = await cells(people.amara, people.patients["Ben"])
    assert (ben["status"], ben["portal"], ben["next"], ben["email"]) == ("Inactive", "No portal", None, "")
    cleo = await cells(people.amara, people.patients["Cleo"])
    assert (cleo["practitioner"], cleo["portal"], cleo["last"]) == ("", "Has a portal", None)
    dov = await cells(people.amara, people.patients["Dov"])
    assert (dov["practitioner"], dov["status"], dov["owing"]) == ("Ines Duarte", "Deceased", 0)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({}, ["Anna", "Ben", "Cleo", "Dov"]),
        ({"seen_since": "2026-08-01"}, ["Anna", "Ben"]),
        ({"seen_since": "2026-11-10"}, ["Anna"]),
        ({"seen_since": "2026-11-11"}, []),
        ({"not_seen_since": "2026-08-01"}, ["Cleo", "Dov"]),
        ({"seen_since": "2026-01-01", "not_seen_since": "2026-11-01"}, ["Ben"]),
        ({"next": "Has one"}, ["Anna", "Cleo"]),
        ({"next": "Has none"}, ["Ben", "Dov"]),
        ({"next": "Within 7 days"}, ["Anna"]),
        ({"next": "Within 30 days"}, ["Anna", "Cleo"]),
        ({"age_from": "36"}, ["Anna", "Dov"]),
        ({"age_from": "37"}, ["Dov"]),
        ({"age_to": "10"}, ["Ben"]),
        ({"age_to": "9"}, []),
        ({"age_from": "10", "age_to": "36"}, ["Anna", "Ben"]),
        ({"status": "Active"}, ["Anna", "Cleo"]),
        ({"status": "Inactive"}, ["Ben"]),
        ({"status": "Deceased"}, ["Dov"]),
        ({"has_email": "Yes"}, ["Anna", "Cleo"]),
        ({"has_email": "No"}, ["Ben", "Dov"]),
        ({"portal": "No portal"}, ["Ben", "Dov"]),
        ({"portal": "Invited"}, ["Anna"]),
        ({"portal": "Has a portal"}, ["Cleo"]),
        ({"city": "newtown"}, ["Anna"]),
        ({"city": "  NEWTOWN "}, ["Anna"]),
        ({"city": "%"}, []),
        ({"city": "new"}, []),
        ({"next": "Has one", "city": "glebe", "status": "Active"}, ["Cleo"]),
    ],
)
async def test_each_filter(people: People, said: dict[str, str], names: list[str]) -> None:
    for sort in SORTS:
        assert sorted(await found(people.amara, sort, **said)) == names
    counted = await CASE_LOAD.counted(people.amara, said)
    assert counted.many == len(names) == sum(sum(bar.parts.values()) for bar in counted.picture)


async def test_by_practitioner_and_by_tag(people: People) -> None:
    assert await found(people.amara, practitioner=people.members["ines"]) == ["Dov"]
    assert await found(people.amara, tag=people.tag) == ["Dov"]
    other = await Clinic.open(None, "Eastside Physio")
    assert await found(people.amara, practitioner=other.practitioner) == []
    foreign = await write("tag", practice=other.practice, name="Recall", name_key="recall")
    await write("patient_tag", patient=people.patients["Anna"], tag=foreign)
    assert await found(people.amara, tag=foreign) == []


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["Anna", "Ben", "Cleo", "Dov"]),
        ("-name", ["Dov", "Cleo", "Ben", "Anna"]),
        ("practitioner", ["Anna", "Dov", "Ben", "Cleo"]),
        ("-practitioner", ["Ben", "Dov", "Anna", "Cleo"]),
        ("-last", ["Anna", "Ben", "Dov", "Cleo"]),
        ("last", ["Dov", "Ben", "Anna", "Cleo"]),
        ("next", ["Anna", "Cleo", "Ben", "Dov"]),
        ("-next", ["Cleo", "Anna", "Ben", "Dov"]),
        ("-owing", ["Ben", "Anna", "Cleo", "Dov"]),
    ],
)
async def test_each_order(people: People, sort: str, names: list[str]) -> None:
    assert await found(people.amara, sort) == names


async def test_an_order_that_is_not_offered_is_the_first(people: People) -> None:
    report = new_id()
    await saving.start(people.amara, report, "Case Load", {})
    for sort in ("owing", "--name", "name; DROP TABLE patient", "p.code", ""):
        assert (await results.read(people.amara, report, sort)).sort == "name"
    for page in (0, -1, 1_001):
        with pytest.raises(NotFound):
            await results.read(people.amara, report, "name", page)


async def test_pages_of_fifty_in_every_order(people: People) -> None:
    for number in range(120):
        await people.patient(f"P{number:03}", ("amara", "rhys", None)[number % 3])
    for sort in SORTS:
        for counted in (FEW, MANY):
            pages = [await CASE_LOAD.page(people.amara, {}, sort, number, counted) for number in (1, 2, 3, 4)]
            assert [(len(page.rows), page.more) for page in pages] == [(50, True), (50, True), (24, False), (0, False)]
            assert len({row.patient for page in pages for row in page.rows}) == 124


async def test_the_picture_counts_by_practitioner_and_portal(people: People) -> None:
    counted = await CASE_LOAD.counted(people.amara, {})
    assert [(bar.label, bar.parts) for bar in counted.picture] == [
        ("Amara Okafor", {"Invited": 1}),
        ("Ines Duarte", {"No portal": 1}),
        ("Rhys Lindqvist", {"No portal": 1}),
        ("No practitioner", {"Has a portal": 1}),
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"practitioner": "rhys"}, {"practitioner": "\x00"}, {"seen_since": "yesterday"}, {"next": "Never"},
        {"age_from": "old"}, {"status": "active"}, {"has_email": "maybe"}, {"portal": "?"}, {"tag": "1"},
        {"nonsense": "1"}, {"seen_since": None}, {"age_to": ["1"]}, {"portal": {}},
    ],
)  # fmt: skip
async def test_kept_filters_that_cannot_be_read_widen_nothing(people: People, said: dict[str, str]) -> None:
    with pytest.raises(Refused):
        await CASE_LOAD.counted(people.amara, said)
    with pytest.raises(Refused):
        CASE_LOAD.choosable(people.amara, said)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("practitioner", "x"), ("practitioner", "2299b18f-eb17-4a47-a867-2a774868b23c"),
        ("seen_since", "20261101"), ("seen_since", "2026-02-30"),
        ("seen_since", "2027-01-01"), ("not_seen_since", "1066-01-01"), ("next", "Maybe"), ("age_from", "-1"),
        ("age_from", "131"), ("age_to", "1e1"), ("age_to", "٣"), ("status", "Dead"), ("portal", "Linked"),
        ("has_email", "on"), ("tag", "6642d798-873a-406c-a059-e5871959221a"), ("city", "x" * 101), ("city", "a\x00b"),
    ],
)  # fmt: skip
async def test_nonsense_is_refused_at_its_field(people: People, field: str, value: str) -> None:
    [fault] = await saving.faults(people.amara, "Case Load", {field: value})
    assert fault.field == field
    with pytest.raises(Refused):
        await saving.start(people.amara, new_id(), "Case Load", {field: value})
    assert await run("SELECT id FROM report") == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"seen_since": "2026-11-02", "not_seen_since": "2026-11-01"}, "not_seen_since"),
        ({"seen_since": "2026-11-01", "not_seen_since": "2026-11-01"}, "not_seen_since"),
        ({"age_from": "30", "age_to": "29"}, "age_to"),
        ({"age_from": "100", "age_to": "29"}, "age_to"),
    ],
)
async def test_the_wrong_way_round(people: People, said: dict[str, str], field: str) -> None:
    [fault] = await saving.faults(people.amara, "Case Load", said)
    assert fault.field == field
    assert "wrong way round" in fault.words


async def test_ages_on_a_leap_day_are_those_that_pages_show(people: People) -> None:
    set_clock(NOW.replace(year=2028, month=2, day=29))
    assert "Dov" in await found(people.amara, age_from=88, age_to=88)
    assert await found(people.amara, age_from=89) == []
    set_clock(NOW.replace(year=2027, month=2, day=27))
    assert "Dov" in await found(people.amara, age_from=86, age_to=86)
    set_clock(NOW.replace(year=2027, month=3, day=1))
    assert "Dov" in await found(people.amara, age_from=87, age_to=87)


async def test_only_what_a_member_may_ask_is_offered(people: People) -> None:
    offered = [field.name for field in await CASE_LOAD.fields(people.amara)]
    assert offered == list(case_load_filters.READ)
    by_name = {field.name: field for field in await CASE_LOAD.fields(people.amara)}
    assert by_name["practitioner"].choices is not None
    assert list(by_name["practitioner"].choices.values())[-1] == "Ines Duarte"
    assert by_name["tag"].choices == {str(people.tag): "Recall"}


async def test_as_many_statements_whatever_the_size(people: People) -> None:
    report, asked = new_id(), []
    await saving.start(people.amara, report, "Case Load", {})
    for _ in range(2):
        with counting() as statements:
            await results.read(people.amara, report, "-last", 1)
        asked.append(len(statements))
        for number in range(60):
            await people.patient(f"P{number:03}", "amara")
    assert asked == [5, 5]
