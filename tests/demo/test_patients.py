"""The 480 patients of Harbour Street who are made up."""

import csv
from pathlib import Path

from db.engine import run
from db.tables.record_entry import RecordKind
from demo import family, names, patients
from demo.people import known_id
from domain import records
from domain.patient_import import import_patients
from domain.patient_import.patient_row import COLUMNS
from domain.records import NewEntry

OTHERS = "SELECT * FROM patient WHERE portal IS NULL AND email LIKE 'p%@patients.example.com'"


async def test_there_are_480_of_many_names(the_cast: None) -> None:
    rows = await run(OTHERS)
    assert len(rows) == 478
    assert len({row["first_name"] for row in rows}) > 60
    assert len({row["last_name"] for row in rows}) > 80
    assert len({*names.WOMEN, *names.MEN}) == len(names.WOMEN) + len(names.MEN)
    assert len(set(names.FAMILIES)) == len(names.FAMILIES)
    emails = {row["email"] for row in rows}
    assert len(emails) == 478
    assert {"p1@patients.example.com", "p480@patients.example.com"} <= emails


async def test_one_has_no_email_and_one_has_a_practitioners(the_cast: None) -> None:
    rows = await run(
        "SELECT id, email FROM patient WHERE id = ANY($1)",
        [patients.patient_id(patients.WITHOUT_EMAIL), patients.patient_id(patients.WITH_STAFF_EMAIL)],
    )
    assert {row["id"]: row["email"] for row in rows} == {
        patients.patient_id(patients.WITHOUT_EMAIL): "",
        patients.patient_id(patients.WITH_STAFF_EMAIL): "rhys@example.com",
    }


async def test_no_practitioner_is_in_two_rooms_at_once(the_cast: None) -> None:
    assert await run("SELECT count(*) > 1000 AS many FROM appointment") == [{"many": True}]
    assert not await run(
        "SELECT FROM appointment a JOIN appointment b ON a.practitioner = b.practitioner AND a.id < b.id"
        " AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
    )


async def test_nobody_is_booked_with_who_has_left(the_cast: None) -> None:
    gone = known_id("member", "harbour-street:ines")
    seen = await run(
        "SELECT max(starts_at) < (SELECT created_at FROM practice LIMIT 1) AS past FROM appointment"
        " WHERE practitioner = $1",
        gone,
    )
    assert seen == [{"past": True}]


async def test_the_stories_hold_together(the_cast: None) -> None:
    assert not await run(
        "SELECT FROM invoice i LEFT JOIN LATERAL (SELECT sum(amount) AS sum FROM invoice_line l WHERE l.invoice = i.id)"
        " lines ON true WHERE lines.sum IS DISTINCT FROM i.total"
    )
    assert not await run(
        "SELECT FROM patient p JOIN appointment a ON a.patient = p.id"
        " WHERE a.starts_at::date < p.birth_date OR p.deceased_on IS NOT NULL"
    )
    assert not await run(
        "SELECT FROM record_entry e LEFT JOIN patient p ON p.id = e.patient LEFT JOIN portal o ON o.id = e.portal"
        " WHERE e.happened_on < coalesce(p.birth_date, o.birth_date)"
    )
    assert not await run("SELECT FROM appointment a JOIN patient p ON p.id = a.patient WHERE a.practice <> p.practice")
    dead = await run("SELECT id FROM patient WHERE deceased_on IS NOT NULL")
    assert {row["id"] for row in dead} == {patients.patient_id(number) for number in patients.DECEASED}


async def test_a_sample_equals_what_the_import_writes(the_cast: None, tmp_path: Path) -> None:
    ids = [patients.patient_id(number) for number in (1, patients.WITHOUT_EMAIL, min(patients.DECEASED), 480)]
    made_up = await run("SELECT * FROM patient WHERE id = ANY($1)", ids)
    headings = {column: aliases[0] for column, aliases in COLUMNS.items()}
    rows = [{**row, "source_id": row["id"]} for row in made_up]
    with (tmp_path / "sample.csv").open("w", newline="") as file:
        csv.writer(file).writerows([headings.values(), *([row.get(column, "") for column in headings] for row in rows)])
    outcome = await import_patients(tmp_path / "sample.csv", "eastside-physio")
    assert (outcome.created, outcome.errors) == (4, [])
    imported = {row["source_id"]: row for row in await run("SELECT * FROM patient WHERE source = 'csv'")}
    other = {"id", "practice", "practitioner", "source", "source_id", "created_at", "code"}
    for row in made_up:
        same = imported[str(row["id"])]
        assert {key: row[key] for key in row.keys() - other} == {key: same[key] for key in row.keys() - other}


async def test_every_entry_is_one_that_could_be_added(the_cast: None) -> None:
    rows = await run("SELECT * FROM record_entry WHERE patient IS NOT NULL")
    assert len(rows) > 500
    typed = ("name", "detail", "value", "unit", "happened_on")
    entries = [NewEntry(RecordKind(row["kind"]), *(row[column] for column in typed)) for row in rows]
    assert [fault.words for entry in entries for fault in records.faults(entry)] == []
    added = await records.add(await family.visit_of("zed"), entries[0])
    [same] = await run("SELECT * FROM record_entry WHERE id = $1", added)
    other = {"id", "portal", "patient", "added_by", "added_at", "ended_on"}
    assert {key: same[key] for key in same.keys() - other} == {key: rows[0][key] for key in same.keys() - other}


async def test_412_are_tagged_for_the_portals_launch_some_of_each_kind(the_cast: None) -> None:
    tagged = await run(
        "SELECT p.*, i.state FROM patient p JOIN patient_tag g ON g.patient = p.id JOIN tag t ON t.id = g.tag"
        " LEFT JOIN invitation i ON i.patient = p.id AND i.state = 'Pending' WHERE t.name = 'Portal launch'"
    )
    people = {row["id"]: row for row in tagged}
    assert len(tagged) == len(people) == 412
    played = {known_id("patient", short) for short in ("mina", "jun", "leo", "owen", "nadia", "ana", "beto", "caro")}
    one_of_each = {patients.patient_id(number) for number in (patients.WITHOUT_EMAIL, patients.WITH_STAFF_EMAIL)}
    assert played | one_of_each <= people.keys()
    assert people[known_id("patient", "owen")]["state"] == "Pending"
    assert len([row for row in tagged if row["deceased_on"]]) == 3
    assert len([row for row in tagged if not row["active"]]) == 4
    assert len(await run("SELECT FROM patient WHERE NOT active")) == len(patients.INACTIVE) == 6


async def test_who_comes_for_diabetes_is_tagged(the_cast: None) -> None:
    [both] = await run(
        "SELECT count(DISTINCT a.patient) AS visits, (SELECT count(*) FROM patient_tag g JOIN tag t ON t.id = g.tag"
        "  WHERE t.name = 'Diabetes recall') AS tagged FROM appointment a JOIN appointment_type t ON t.id = a.type"
        " WHERE t.name = 'Diabetes review'"
    )
    assert both["visits"] == both["tagged"] > 50
