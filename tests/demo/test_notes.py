"""The clinical notes of the cast, and those about the patients who are made up."""

from db.engine import run
from demo import family
from demo.people import HARBOUR_STREET, known_id
from domain import communication_templates, notes, places
from domain.notes import shared


async def place_of_amara() -> places.Place:
    return await places.place(known_id("account", "amara"), "Dr Amara Okafor", HARBOUR_STREET)


async def test_each_has_a_practitioner_of_the_practice_and_lies_in_the_past(the_cast: None) -> None:
    [row] = await run(
        "SELECT count(*) AS many, count(*) FILTER (WHERE n.shared) AS shared,"
        " count(*) FILTER (WHERE m.role_type <> 'Practitioner' OR m.practice <> n.practice"
        "  OR p.practice <> n.practice OR n.written_at > c.created_at) AS wrong"
        " FROM note n JOIN member m ON m.id = n.author JOIN patient p ON p.id = n.patient"
        " JOIN practice c ON c.id = n.practice"
    )
    assert row["many"] > 400
    assert 0.15 < row["shared"] / row["many"] < 0.35
    assert row["wrong"] == 0


async def test_mina_leo_jun_and_ivy_read_some_and_not_others(the_cast: None) -> None:
    for short in ("mina", "leo", "jun", "ivy"):
        read = {note.words for note in (await shared.newest(await family.visit_of(short))).notes}
        rows = await run("SELECT words, shared FROM note WHERE patient = $1", known_id("patient", short))
        assert read == {row["words"] for row in rows if row["shared"]}
        assert {row["shared"] for row in rows} == {True, False}


async def test_one_of_them_is_as_the_operation_writes_it(the_cast: None) -> None:
    [made] = await run("SELECT * FROM note WHERE patient = $1 AND shared LIMIT 1", known_id("patient", "leo"))
    written = await notes.write(await place_of_amara(), made["patient"], made["words"], shared=True)
    [row] = await run("SELECT * FROM note WHERE id = $1", written)
    other = {"id", "written_at", "shared_at"}
    assert {key: row[key] for key in row.keys() - other} == {key: made[key] for key in made.keys() - other}
    assert made["shared_at"] == made["written_at"]


async def test_harbour_street_has_templates_that_can_be_sent(the_cast: None) -> None:
    place = await place_of_amara()
    templates = await communication_templates.available(place)
    assert {known_id("communication-template", template.name) for template in templates} == {t.id for t in templates}
    for template in templates:
        assert "[" not in await communication_templates.resolve(template.body, place, known_id("patient", "owen"))
