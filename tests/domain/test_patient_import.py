"""Issue A, line 8: patients from a CSV file and from a folder of Synthea's. The rows are ours, made up."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from db.engine import counting, run
from domain import practices
from domain.errors import Refused
from domain.patient_import import Outcome, Tally, import_patients, import_synthea

SYNTHEA = Path(__file__).parents[1] / "data" / "synthea"
HEADER = "Id,First,Last,Birthdate,Gender,Address,City,Postcode,Email,Phone"
ANNA = "7,Anna,Weber,1980-01-02,F,1 Hill Street,Glebe,2037,anna@example.com,02 5550 1111"


@pytest.fixture
async def practice(database: None) -> str:
    await practices.create("Harbour Street Clinic", "harbour-street", "Australia/Sydney")
    return "harbour-street"


@pytest.fixture
def csv_of(tmp_path: Path) -> Any:
    def write(*lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "patients.csv"
        path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
        return path

    return write


async def patients() -> list[dict[str, Any]]:
    return await run("SELECT * FROM patient ORDER BY source_id")


async def snapshot() -> tuple[Any, ...]:
    entries = await run("SELECT * FROM record_entry ORDER BY id")
    return await patients(), entries, await run("SELECT * FROM event ORDER BY seq")


def reasons(outcome: Outcome) -> dict[int, str]:
    return {line: reason for _, line, reason in outcome.errors}


async def test_a_row_becomes_a_patient(practice: str, csv_of: Any) -> None:
    outcome = await import_patients(csv_of(HEADER, ANNA), practice)
    assert (outcome.created, outcome.updated, outcome.unchanged, outcome.errors) == (1, 0, 0, [])
    [anna] = await patients()
    for column, value in {
        "first_name": "Anna", "last_name": "Weber", "birth_date": date(1980, 1, 2), "gender": "Female",
        "address": "1 Hill Street", "city": "Glebe", "postcode": "2037", "email": "anna@example.com",
        "phone": "02 5550 1111", "source": "csv", "source_id": "7", "deceased_on": None, "portal": None,
        "preferred_name": "",
    }.items():  # fmt: skip
        assert anna[column] == value
    assert [event["kind"] for event in await run("SELECT kind FROM event WHERE kind LIKE 'patients:%'")] == [
        "patients:import"
    ]


async def test_a_second_run_changes_nothing(practice: str, csv_of: Any) -> None:
    file = csv_of(HEADER, ANNA, "8,Ben,Ong,1990-05-05,M,,,,,")
    await import_patients(file, practice)
    before = await snapshot()
    outcome = await import_patients(file, practice)
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 0, 2)
    assert await snapshot() == before


async def test_a_changed_row_updates_and_a_missing_column_is_left(practice: str, csv_of: Any) -> None:
    await import_patients(csv_of(HEADER, ANNA), practice)
    [before] = await patients()
    outcome = await import_patients(csv_of("Id,First,Last,Birthdate,City", "7,Anna,Weber,1980-01-02,Balmain"), practice)
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 1, 0)
    moved = {"city": "Balmain", "city_key": "balmain", "version": before["version"] + 1}
    assert await patients() == [before | moved]


@pytest.mark.parametrize(
    "header",
    [
        "id,first name,LAST_NAME,Date of Birth,sex,Street,Suburb,Zip,e-mail,Mobile",
        "PatientId,Given Name,Surname,DOB,Gender,Street Address,Town,Zip Code,E-Mail Address,Phone Number",
        " ID ,FIRST,LAST,BIRTH_DATE,GENDER,ADDRESS,CITY,POSTAL_CODE,EMAIL_ADDRESS,PHONE",
    ],
)
async def test_columns_go_by_their_usual_names(practice: str, csv_of: Any, header: str) -> None:
    await import_patients(csv_of(header, ANNA), practice)
    [anna] = await patients()
    assert {str(value) for value in anna.values()} >= {*ANNA.split(",")} - {"F"} | {"Female"}


async def test_a_byte_order_mark_and_semicolons_are_read(practice: str, csv_of: Any) -> None:
    file = csv_of(HEADER.replace(",", ";"), ANNA.replace(",", ";").replace("Weber", '"Wéber; Ö"'), encoding="utf-8-sig")
    assert (await import_patients(file, practice)).created == 1
    assert (await patients())[0]["last_name"] == "Wéber; Ö"


async def test_without_ids_a_person_is_name_and_birth_date(practice: str, csv_of: Any) -> None:
    header = "First,Last,Birthdate,City"
    await import_patients(csv_of(header, "Anna,Weber,1980-01-02,Glebe"), practice)
    outcome = await import_patients(
        csv_of(header, "ANNA , weber,1980-01-02,Balmain", "Anna,Weber,1981-01-02,Glebe", "Ben,Ong,,Glebe"), practice
    )
    assert (outcome.created, outcome.updated) == (1, 1)
    assert reasons(outcome) == {4: "Birthdate is empty, and there is no Id to know the row by"}
    assert len(await patients()) == 2


BAD = [
    (",Weber,1980-01-02,,", "First is empty"),
    ("Anna,,1980-01-02,,", "Last is empty"),
    ("Anna,Weber,02/01/1980,,", "Birthdate must be a date such as 1988-08-17"),
    ("Anna,Weber,1980-02-30,,", "Birthdate must be a date such as 1988-08-17"),
    ("Anna,Weber,19800102,,", "Birthdate must be a date such as 1988-08-17"),
    ("Anna,Weber,2999-01-02,,", "Birthdate is in the future"),
    ("Anna,Weber,1799-01-02,,", "Birthdate is before 1900"),
    ("Anna,Weber,1980-01-02,not an email,", "Email is no email address"),
    ("Anna,Weber,1980-01-02,a@example.com\tBcc: x@example.com,", "Email is no email address"),
    ("Anna,Weber,1980-01-02,=?utf-8?q?a?=@example.com,", "Email has characters that cannot be kept"),
    (f"{'A' * 101},Weber,1980-01-02,,", "First is longer than 100 characters"),
    (f"Anna,Weber,1980-01-02,,{'1' * 41}", "Phone is longer than 40 characters"),
    ("An\0na,Weber,1980-01-02,,", "First has characters that cannot be kept"),
    ("An\x1bna,Weber,1980-01-02,,", "First has characters that cannot be kept"),
    ("Anna,Weber,1980-01-02,", "There are 5 values for 6 columns"),
    ("Anna,Weber,1980-01-02,,,,", "There are 8 values for 6 columns"),
    ('"Anna"x,Weber,1980-01-02,,', "The quotation marks do not match"),
]


@pytest.mark.parametrize(("row", "reason"), BAD)
async def test_a_bad_row_is_named_and_the_good_go_in(practice: str, csv_of: Any, row: str, reason: str) -> None:
    file = csv_of("Id,First,Last,Birthdate,Email,Phone", "1,Ben,Ong,1990-05-05,,", f"2,{row}", "3,Cy,Lam,1991-05-05,,")
    outcome = await import_patients(file, practice)
    assert outcome.errors == [("patients.csv", 3, reason)]
    assert [patient["first_name"] for patient in await patients()] == ["Ben", "Cy"]


async def test_what_is_not_utf_8_spoils_its_own_row_alone(practice: str, csv_of: Any) -> None:
    file = csv_of("Id,First,Last,Birthdate", "1,Zoë,Ong,1990-05-05", encoding="latin-1")
    file.write_bytes(file.read_bytes() + "2,Zoë,Lam,1991-05-05\n".encode())
    outcome = await import_patients(file, practice)
    assert reasons(outcome) == {2: "First is not in UTF-8"}
    assert [patient["first_name"] for patient in await patients()] == ["Zoë"]


async def test_without_ids_nobody_who_is_there_by_another_way_is_there_twice(practice: str, csv_of: Any) -> None:
    await import_patients(csv_of("Id,First,Last,Birthdate", "7,José,Ong,1990-05-05"), practice)
    outcome = await import_patients(
        csv_of("First,Last,Birthdate", "JOSE,Ong,1990-05-05", "José,Ong,1990-05-06", "Ana,Ong,1990-05-05"), practice
    )
    assert (outcome.created, [(fault.line, fault.reason) for fault in outcome.errors]) == (
        2,
        [(2, "There is somebody with this name and birth date already. Edit them, or give the row an Id")],
    )
    again = await import_patients(csv_of("First,Last,Birthdate", "Ana,Ong,1990-05-05"), practice)
    assert (again.created, again.unchanged, again.errors) == (0, 1, [])


async def test_lines_are_counted_as_an_editor_does(practice: str, csv_of: Any) -> None:
    file = csv_of(HEADER, ANNA.replace("1 Hill Street", '"1 Hill\nStreet"'), "", "9,,Ong,1990-05-05,M,,,,,")
    outcome = await import_patients(file, practice)
    assert reasons(outcome) == {5: "First is empty"}
    assert (await patients())[0]["address"] == "1 Hill Street"


async def test_an_id_twice_in_a_file(practice: str, csv_of: Any) -> None:
    outcome = await import_patients(csv_of(HEADER, ANNA, ANNA, ANNA.replace("Glebe", "Balmain")), practice)
    assert (outcome.created, outcome.unchanged) == (1, 1)
    assert reasons(outcome) == {4: "Line 2 has the same Id with other content"}
    assert (await patients())[0]["city"] == "Glebe"


async def test_two_practices_and_two_sources_are_apart(practice: str, csv_of: Any) -> None:
    await practices.create("Eastside Physio", "eastside-physio", "Australia/Sydney")
    file = csv_of(HEADER, ANNA)
    assert (await import_patients(file, practice)).created == 1
    assert (await import_patients(file, "eastside-physio")).created == 1
    await run("UPDATE patient SET source = 'synthea'")
    assert (await import_patients(file, practice)).created == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "lacks what is needed: First, Last, Birthdate"),
        ("Id,First,City\n1,Anna,Glebe\n", "lacks what is needed: Last, Birthdate"),
        ("Id,First,Last,Birthdate,Phone,Mobile\n", "two columns for Phone"),
        ("\0\0\xff", "lacks what is needed"),
    ],
)
async def test_a_file_that_is_no_list_of_patients(practice: str, tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(Refused, match=words):
        await import_patients(file, practice)
    assert await patients() == []


async def test_what_is_not_there(practice: str, csv_of: Any, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"nothing\.csv cannot be read"):
        await import_patients(tmp_path / "nothing.csv", practice)
    with pytest.raises(Refused, match="cannot be read"):
        await import_patients(tmp_path, practice)
    with pytest.raises(Refused, match="There is no practice nowhere"):
        await import_patients(csv_of(HEADER, ANNA), "nowhere")
    with pytest.raises(Refused, match=r"allergies\.csv cannot be read"):
        (tmp_path / "patients.csv").write_text((SYNTHEA / "patients.csv").read_text())
        await import_synthea(tmp_path, practice)


async def test_many_rows_in_few_statements_with_progress(practice: str, csv_of: Any) -> None:
    told: list[tuple[int, int]] = []
    file = csv_of("Id,First,Last,Birthdate", *(f"{n},Anna,Weber,1980-01-02" for n in range(1201)), "x,,Ong,")
    with counting() as statements:
        outcome = await import_patients(file, practice, lambda done, total: told.append((done, total)))
    assert told == [(500, 1202), (1000, 1202), (1202, 1202)]
    assert outcome.created == 1201
    assert len(statements) <= 20  # a code that somebody has is drawn again


async def test_broken_off_it_leaves_nothing(practice: str, csv_of: Any) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await import_patients(csv_of(HEADER, ANNA), practice, stop)
    assert await patients() == []


async def test_synthea_s_patients(practice: str) -> None:
    outcome = await import_synthea(SYNTHEA, practice)
    assert (outcome.created, outcome.updated, outcome.unchanged) == (14, 0, 1)
    here = {line: reason for file, line, reason in outcome.errors if file == "patients.csv"}
    assert here == {
        16: "First is empty",
        17: "Birthdate must be a date such as 1988-08-17",
        18: "Birthdate is in the future",
        19: "DeathDate is before Birthdate",
        20: "Line 2 has the same Id with other content",
    }
    people = {patient["first_name"]: patient for patient in await patients()}
    assert people["Alinta482"]["last_name"] == "Birrell113"
    assert people["Zofia1"]["last_name"] == "Kovács-Łukasz77"
    assert people["Sione31"]["postcode"] == "B12 9XQ"
    assert people["Duc310"]["deceased_on"] == date(2019, 4, 30)
    assert {patient["source"] for patient in people.values()} == {"synthea"}
    assert {(patient["email"], patient["phone"]) for patient in people.values()} == {("", "")}


async def test_synthea_s_records(practice: str) -> None:
    outcome = await import_synthea(SYNTHEA, practice)
    assert outcome.allergies == Tally(3, 0, 0)
    assert outcome.immunisations == Tally(3, 0, 1)
    assert [fault for fault in outcome.errors if fault.file != "patients.csv"] == [
        ("allergies.csv", 5, "There is no patient with this Id"),
        ("allergies.csv", 6, "START must be a date such as 1988-08-17"),
        ("allergies.csv", 7, "STOP is before START"),
        ("immunizations.csv", 6, "Line 4 has the same Id with other content"),
        ("immunizations.csv", 7, "CODE is empty"),
        ("immunizations.csv", 8, "DATE is in the future"),
    ]
    rows = await run(
        "SELECT p.first_name, e.kind, e.name, e.detail, e.happened_on, e.ended_on FROM record_entry e"
        " JOIN patient p ON p.id = e.patient ORDER BY e.kind, p.first_name, e.name"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("Alinta482", "Allergy", "Peanut (substance)", "Wheal, moderate; Diarrhoea, mild", date(1990, 5, 1), None),
        ("Bashir7", "Allergy", "Grass pollen (substance)", "", date(2001, 1, 1), date(2010, 6, 30)),
        ("Zofia1", "Allergy", "Codeine", "Intolerance. Eruption of skin, severe", date(2012, 3, 4), None),
        ("Chiara55", "Immunisation", "DTaP", "", date(2016, 2, 1), None),
        ("Chiara55", "Immunisation", "IPV", "", date(2016, 2, 1), None),
        ("Yuki88", "Immunisation", "Influenza seasonal injectable", "", date(2021, 11, 20), None),
    ]


async def test_synthea_twice_changes_nothing(practice: str) -> None:
    await import_synthea(SYNTHEA, practice)
    before = await snapshot()
    outcome = await import_synthea(SYNTHEA, practice)
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 0, 15)
    assert (outcome.allergies, outcome.immunisations) == (Tally(0, 0, 3), Tally(0, 0, 4))
    assert await snapshot() == before


async def test_a_changed_entry_updates(practice: str) -> None:
    await import_synthea(SYNTHEA, practice)
    await run("UPDATE record_entry SET ended_on = NULL")
    assert (await import_synthea(SYNTHEA, practice)).allergies == Tally(0, 1, 2)


async def test_numbers_of_identity_are_never_stored(practice: str) -> None:
    await import_synthea(SYNTHEA, practice)
    [kept] = await run("SELECT string_agg(p::text, ' ') AS words FROM patient p")
    assert "Alinta482" in kept["words"]
    for secret in ("999-00-", "S9990", "X777"):
        assert secret in (SYNTHEA / "patients.csv").read_text()
        assert secret not in kept["words"]


async def test_reasons_repeat_nothing_of_the_row(practice: str, csv_of: Any) -> None:
    rows = [f"{n},{row}" for n, (row, _) in enumerate(BAD)]
    outcome = await import_patients(csv_of("Id,First,Last,Birthdate,Email,Phone", *rows), practice)
    assert len(outcome.errors) == len(BAD)
    assert not any(word in str(outcome.errors) for word in ("Anna", "Weber", "1980", "example.com"))
