from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from db.engine import counting, run
from db.tables.access import Level, Role
from domain import guardians, records
from domain.errors import NotFound, NotPermitted, Refused
from domain.records import NewEntry, RecordKind
from tests.cast import someone
from tests.clinic import NOW, Clinic, events, let_in, set_clock

ALLERGY = NewEntry(RecordKind.ALLERGY, "Peanuts", "Hives", happened_on=date(2020, 2, 29))
WEIGHT = NewEntry(RecordKind.MEASUREMENT, "Weight", value="72.5", unit="kg", happened_on=date(2026, 11, 20))


async def test_own_entries_and_practices_stand_together_by_kind(database):
    set_clock(NOW)
    mina = await someone("Mina Park")
    first, second = await Clinic.open(mina.portal), await Clinic.open(mina.portal, "Eastside Physio")
    await first.note("Penicillin", happened_on=date(2021, 1, 1), ended_on=date(2022, 1, 1))
    await second.note("Sprain", RecordKind.CONDITION)
    await first.note("Of somebody else", patient=await first.admit(None))
    await records.add(await mina.visit(), ALLERGY)
    await records.add(await mina.visit(), WEIGHT)
    read = await records.read(await mina.visit())
    assert list(read) == list(RecordKind)
    assert {kind: [(e.name, e.own, e.origin) for e in entries] for kind, entries in read.items()} == {
        RecordKind.ALLERGY: [("Penicillin", False, "Harbour Street Clinic"), ("Peanuts", True, "Added by you")],
        RecordKind.MEDICINE: [],
        RecordKind.IMMUNISATION: [],
        RecordKind.CONDITION: [("Sprain", False, "Eastside Physio")],
        RecordKind.MEASUREMENT: [("Weight", True, "Added by you")],
    }
    [weight] = read[RecordKind.MEASUREMENT]
    assert (weight.value, weight.unit, weight.happened_on) == ("72.5", "kg", date(2026, 11, 20))
    assert read[RecordKind.ALLERGY][0].ended_on == date(2022, 1, 1)
    assert read[RecordKind.ALLERGY][1].detail == "Hives"
    assert (await events(mina.portal))[-3:] == ["record:add", "record:add", "records:view"]


async def test_who_added_it_is_named_to_controllers_alone(database):
    mina, jun, kim = await someone("Mina Park"), await someone("Jun Park"), await someone("Kim Sato", portal=False)
    await let_in(jun, mina, Level.CLINICAL, Role.EDIT)
    await let_in(kim, mina, Level.CLINICAL, Role.VIEW)
    await records.add(await jun.visit(mina.portal), ALLERGY)
    await records.add(await mina.visit(), WEIGHT)

    async def origins(who) -> list[str]:
        return [e.origin for entries in (await records.read(await who.visit(mina.portal))).values() for e in entries]

    assert await origins(mina) == ["Added by Jun Park", "Added by you"]
    assert await origins(jun) == ["Added by you", "Added by Mina Park"]
    assert await origins(kim) == ["Added in this portal", "Added by Mina Park"]


async def test_a_guardian_adds_and_removes_for_a_child(database):
    mina = await someone("Mina Park")
    leo = await guardians.open_dependant(mina.session, "Leo Park", "Child", guardians.PARENTAL)
    visit = await mina.visit(leo)
    entry = await records.add(visit, ALLERGY)
    [line] = await run("SELECT account, access FROM event WHERE kind = 'record:add' AND portal = $1", leo)
    assert (line["account"], line["access"]) == (mina.account, visit.access)
    await records.remove(visit, entry)
    assert not any((await records.read(visit)).values())
    assert not any((await records.read(await mina.visit())).values())


async def test_removing_hides_keeps_and_remembers(database):
    mina, jun = await someone("Mina Park"), await someone("Jun Park")
    await let_in(jun, mina, Level.CLINICAL, Role.EDIT)
    entry = await records.add(await mina.visit(), ALLERGY)
    visit = await jun.visit(mina.portal)
    assert await records.remove(visit, entry) is RecordKind.ALLERGY
    assert await records.remove(visit, entry) is RecordKind.ALLERGY
    assert (await records.read(visit))[RecordKind.ALLERGY] == ()
    [row] = await run("SELECT added_by, removed_by, removed_at IS NOT NULL AS removed FROM record_entry")
    assert row == {"added_by": mina.account, "removed_by": jun.account, "removed": True}
    assert (await events(mina.portal)).count("record:remove") == 1


async def test_one_entry_is_read_until_it_is_removed_and_by_its_own_portal_alone(database):
    mina, zed = await someone("Mina Park"), await someone("Zed Novak")
    noted = await (await Clinic.open(mina.portal)).note("Penicillin")
    visit = await mina.visit()
    own = await records.add(visit, ALLERGY)
    assert ((await records.one(visit, own)).name, (await records.one(visit, noted)).name) == ("Peanuts", "Penicillin")
    assert (await events(mina.portal))[-1] == "records:view"
    await records.remove(visit, own)
    for who, entry in ((visit, own), (visit, uuid4()), (await zed.visit(), noted)):
        with pytest.raises(NotFound):
            await records.one(who, entry)


async def test_a_practices_entry_is_never_removed(database):
    mina = await someone("Mina Park")
    noted = await (await Clinic.open(mina.portal)).note()
    with pytest.raises(Refused, match="comes from Harbour Street Clinic"):
        await records.remove(await mina.visit(), noted)
    assert [e.id for e in (await records.read(await mina.visit()))[RecordKind.ALLERGY]] == [noted]


async def test_another_portals_entry_is_not_found(database):
    mina, zed = await someone("Mina Park"), await someone("Zed Novak")
    own = await records.add(await mina.visit(), ALLERGY)
    noted = await (await Clinic.open(mina.portal)).note()
    visit = await zed.visit()
    for entry in (own, noted, uuid4()):
        with pytest.raises(NotFound):
            await records.remove(visit, entry)
    assert not any((await records.read(visit)).values())
    assert len((await records.read(await mina.visit()))[RecordKind.ALLERGY]) == 2


@pytest.mark.parametrize(
    ("level", "role"),
    [(Level.CLINICAL, Role.VIEW), (Level.ADMINISTRATIVE, Role.VIEW), (Level.ADMINISTRATIVE, Role.EDIT)],
)
async def test_who_may_not_change_or_read(database, level, role):
    mina, jun = await someone("Mina Park"), await someone("Jun Park")
    entry = await records.add(await mina.visit(), ALLERGY)
    await let_in(jun, mina, level, role)
    visit = await jun.visit(mina.portal)
    with pytest.raises(NotPermitted):
        await records.add(visit, WEIGHT)
    with pytest.raises(NotPermitted):
        await records.remove(visit, entry)
    if level is Level.ADMINISTRATIVE:
        with pytest.raises(NotPermitted):
            await records.read(visit)
        with pytest.raises(NotPermitted):
            await records.one(visit, entry)
    [row] = await run("SELECT id, removed_at FROM record_entry")
    assert row == {"id": entry, "removed_at": None}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": " "}, ["name"]),
        ({"kind": None, "name": "", "value": "1"}, ["kind", "name"]),
        ({"name": "x" * 201, "detail": "x" * 2001}, ["name", "detail"]),
        ({"name": "x" * 200, "detail": "x" * 2000}, []),
        ({"happened_on": date(1899, 12, 31)}, ["happened_on"]),
        ({"happened_on": date(2026, 11, 21)}, ["happened_on"]),
        ({"happened_on": None}, []),
        ({"value": "1", "unit": "kg"}, ["value", "unit"]),
        ({"kind": RecordKind.MEASUREMENT}, ["value", "unit"]),
        ({"kind": RecordKind.MEASUREMENT, "value": "120/80", "unit": "mmHg"}, []),
        ({"kind": RecordKind.MEASUREMENT, "value": "0,5", "unit": "mg"}, []),
        ({"kind": RecordKind.MEASUREMENT, "value": "a lot", "unit": "x" * 41}, ["unit", "value"]),
        ({"kind": RecordKind.MEASUREMENT, "value": "1" * 41, "unit": "kg"}, ["value", "value"]),
    ],
)
async def test_everything_wrong_is_told_at_its_field(database, change, fields):
    # The last hour at which it is 21 November nowhere on earth.
    set_clock(datetime(2026, 11, 20, 9, tzinfo=UTC))
    mina = await someone("Mina Park")
    new = replace(ALLERGY, **change)
    assert [fault.field for fault in records.faults(new)] == fields
    if fields:
        with pytest.raises(Refused):
            await records.add(await mina.visit(), new)
    else:
        await records.add(await mina.visit(), new)
    assert len(await run("SELECT FROM record_entry")) == (0 if fields else 1)


async def test_todays_date_is_taken_in_every_time_zone(database):
    set_clock(datetime(2026, 11, 20, 22, tzinfo=UTC))
    assert records.faults(replace(ALLERGY, happened_on=date(2026, 11, 21))) == []
    assert records.faults(replace(ALLERGY, happened_on=date(2026, 11, 22))) != []


async def test_five_hundred_own_entries_are_enough(database, monkeypatch):
    monkeypatch.setattr(records, "OWN_AT_MOST", 2)
    mina = await someone("Mina Park")
    visit = await mina.visit()
    first = await records.add(visit, ALLERGY)
    await records.add(visit, WEIGHT)
    with pytest.raises(Refused, match="Remove one"):
        await records.add(visit, ALLERGY)
    await records.remove(visit, first)
    assert await records.add(visit, ALLERGY)


async def test_a_page_asks_twice(database):
    mina = await someone("Mina Park")
    clinic = await Clinic.open(mina.portal)
    for name in "abc":
        await clinic.note(name)
    visit = await mina.visit()
    with counting() as asked:
        await records.read(visit)
    assert len(asked) == 2
