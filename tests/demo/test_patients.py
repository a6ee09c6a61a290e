"""The 480 patients of Harbour Street who are made up."""

from db.engine import run
from demo import names, patients
from demo.people import known_id

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
