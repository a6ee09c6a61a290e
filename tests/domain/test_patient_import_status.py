"""The columns Status and Tags of a file of patients."""

from pathlib import Path
from typing import Any

import pytest

from db.engine import counting, run
from domain import practices
from domain.patient_import import Outcome, import_patients

HEADER = "Id,First,Last,Birthdate,Status,Tags"
BEN = "1,Ben,Ong,1990-05-05"


@pytest.fixture
async def practice(database: None) -> str:
    await practices.create("Harbour Street Clinic", "harbour-street", "Australia/Sydney")
    return "harbour-street"


@pytest.fixture
def bring(practice: str, tmp_path: Path) -> Any:
    async def bring(*lines: str, into: str = practice) -> Outcome:
        file = tmp_path / "list.csv"
        file.write_text("\n".join(lines) + "\n")
        return await import_patients(file, into)

    return bring


async def tagged() -> dict[str, list[str]]:
    rows = await run(
        "SELECT p.source_id, array_agg(t.name ORDER BY t.name_key) AS names FROM patient p"
        " JOIN patient_tag g ON g.patient = p.id JOIN tag t ON t.id = g.tag GROUP BY p.id"
    )
    return {row["source_id"]: row["names"] for row in rows}


async def standing() -> list[tuple[str, bool, int]]:
    rows = await run("SELECT source_id, active, version FROM patient ORDER BY source_id")
    return [(row["source_id"], row["active"], row["version"]) for row in rows]


async def test_both_are_read(bring: Any) -> None:
    rows = (
        f'{BEN},inactive,"Zoo visit, diabetes  recall"',
        "2,Cy,Lam,1991-05-05,,",
        "3,Di,Lim,1992-05-05,Active,zoo visit",
    )
    outcome = await bring(HEADER, *rows)
    assert (outcome.created, outcome.errors) == (3, [])
    assert await standing() == [("1", False, 1), ("2", True, 1), ("3", True, 1)]
    assert {who: len(names) for who, names in (await tagged()).items()} == {"1": 2, "3": 1}
    assert len(await run("SELECT FROM tag")) == 2


@pytest.mark.parametrize("said", ["Archived", "Married", "1", "Deceased", "active!"])
async def test_another_status_is_a_bad_row(bring: Any, said: str) -> None:
    outcome = await bring(HEADER, f"{BEN},{said},", "2,Cy,Lam,1991-05-05,Active,")
    assert [(fault.line, fault.reason) for fault in outcome.errors] == [(2, "Status must be Active or Inactive")]
    assert outcome.created == 1


@pytest.mark.parametrize("said", ["x" * 41, ",".join(map(str, range(11))), "see http://x.example"])
async def test_tags_that_cannot_be_kept_are_a_bad_row(bring: Any, said: str) -> None:
    outcome = await bring(HEADER, f'{BEN},Active,"{said}"')
    assert [fault.reason for fault in outcome.errors] == [
        "Tags must be at most 10, of 40 characters, with commas between them"
    ]
    assert await run("SELECT FROM tag") == []


async def test_tags_alone_bring_up_to_date_and_the_same_again_changes_nothing(bring: Any) -> None:
    await bring(HEADER, f"{BEN},Active,Zoo visit", "2,Cy,Lam,1991-05-05,Active,Zoo visit")
    changed = await bring(HEADER, f"{BEN},Active,Diabetes recall", "2,Cy,Lam,1991-05-05,Active,ZOO VISIT")
    assert (changed.updated, changed.unchanged) == (1, 1)
    assert await tagged() == {"1": ["Diabetes recall"], "2": ["Zoo visit"]}
    assert await standing() == [("1", True, 2), ("2", True, 1)]
    both = await bring(HEADER, f"{BEN},Inactive,", "2,Cy,Lam,1991-05-05,Active,Zoo visit")
    assert (both.updated, both.unchanged) == (1, 1)
    assert await standing() == [("1", False, 3), ("2", True, 1)]
    assert await tagged() == {"2": ["Zoo visit"]}


async def test_columns_that_a_file_lacks_are_left_as_they_are(bring: Any) -> None:
    await bring(HEADER, f"{BEN},Inactive,Zoo visit")
    await bring("Id,First,Last,Birthdate,City", f"{BEN},Glebe")
    assert await standing() == [("1", False, 2)]
    assert await tagged() == {"1": ["Zoo visit"]}


async def test_two_practices_share_no_tags(bring: Any) -> None:
    await practices.create("Eastside Physio", "eastside-physio", "Australia/Sydney")
    for slug in ("harbour-street", "eastside-physio"):
        await bring(HEADER, f"{BEN},Active,Zoo visit", into=slug)
    assert len(await run("SELECT FROM tag")) == 2
    assert not await run(
        "SELECT FROM patient_tag g JOIN tag t ON t.id = g.tag JOIN patient p ON p.id = g.patient"
        " WHERE t.practice <> p.practice"
    )


async def test_five_hundred_are_tagged_in_the_same_few_statements(bring: Any) -> None:
    many = []
    for first, last in ((0, 2), (2, 502)):
        with counting() as statements:
            await bring(HEADER, *(f"{n},Anna,Weber,1980-01-02,Active,Tag {n % 7}" for n in range(first, last)))
        many.append(len(statements))
    assert many[1] <= many[0] + 3  # a code that somebody has is drawn again
    assert len(await run("SELECT FROM patient_tag")) == 502


async def test_an_empty_status_leaves_who_is_there_as_they_are(bring: Any) -> None:
    await bring(HEADER, f"{BEN},Inactive,", "2,Cy,Lam,1991-05-05,Active,")
    again = await bring(HEADER, f"{BEN},,", "2,Cy,Lam,1991-05-05,,", "3,Di,Lim,1992-05-05, ,")
    assert (again.created, again.unchanged) == (1, 2)
    assert await standing() == [("1", False, 1), ("2", True, 1), ("3", True, 1)]
    moved = await bring(f"{HEADER},City", f"{BEN},,,Glebe")
    assert (moved.updated, (await standing())[0]) == (1, ("1", False, 2))
