"""Rows of an import into the tables, each statement many of them; what is the same already is not written."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from db.bulk import as_columns, columns_as_arrays
from db.engine import Prepared, run
from db.ids import new_id
from db.keys import patient_keys
from db.tables.patient import Patient
from db.tables.record_entry import RecordEntry
from domain import clock, codes
from domain.patient_import.outcome import Tally
from domain.patient_import.patient_row import BY_PERSON
from domain.patients import tags
from domain.permissions import Area
from domain.places import FOUND, Place, finding

Rows = Sequence[Mapping[str, Any]]
_there = Prepared(
    "SELECT p.source_id, p.id, true AS found FROM patient p WHERE p.practice = $1 AND p.source = $2"
    " AND p.source_id = ANY ($3)"
)
_there_for = Prepared(
    f"SELECT p.source_id, p.id, ({FOUND}) IS TRUE AS found FROM patient p WHERE p.practice = $1 AND p.source = $5"  # noqa: S608 - words of ours
    " AND p.source_id = ANY ($6)"
)


class Known(NamedTuple):
    """A patient whom an import meets, and whether the one who imports finds all of them."""

    id: UUID
    found: bool


class Written(NamedTuple):
    """What became of patients' rows, and the linked ones among those that changed."""

    tally: Tally
    linked: list[UUID]


async def known(practice: UUID, source: str, rows: Rows, by: Place | None) -> dict[str, Known]:
    """The patients of rows who are there, by source_id. Nobody is hidden from the platform's administrators: None."""
    ids = [row["source_id"] for row in rows]
    there = await (
        _there_for.rows(*finding(by, Area.PROFILES), source, ids) if by else _there.rows(practice, source, ids)
    )
    return {row["source_id"]: Known(row["id"], row["found"]) for row in there}


async def alike(practice: UUID, rows: Rows) -> set[str]:
    """The source_ids of new rows without an Id of their own that name and birth date say to be somebody who is there,
    from another source or written down by hand: they would be there twice."""
    unnamed = {row["source_id"]: row for row in rows if row["source_id"].startswith(BY_PERSON)}
    if not unnamed:
        return set()
    people = {source_id: (patient_keys(row)["first_key"], row["birth_date"]) for source_id, row in unnamed.items()}
    there = await run(
        "SELECT first_key, birth_date FROM patient WHERE practice = $1 AND first_key = ANY ($2)"
        " AND birth_date = ANY ($3)",
        practice,
        [first_key for first_key, _ in people.values()],
        [birth_date for _, birth_date in people.values()],
    )
    known_people = {(row["first_key"], row["birth_date"]) for row in there}
    return {source_id for source_id, person in people.items() if person in known_people}


async def patients(practice: UUID, source: str, rows: Rows, there: Mapping[str, Known]) -> Written:
    """Writes patients of a practice, `there` telling who of them it has. All rows have the same columns."""
    keyed = [{**{name: row[name] for name in row if name != "tags"}, **patient_keys(row)} for row in rows]
    first = {"practice": practice, "source": source, "created_at": clock.now()}
    new = [{"id": new_id(), **first, **row, **_active(row)} for row in keyed if row["source_id"] not in there]
    old = [{"id": there[row["source_id"]].id, **row} for row in keyed if row["source_id"] in there]
    await _insert(practice, new)
    changed = await _update(practice, old)
    if rows and "tags" in rows[0]:
        ids = {row["source_id"]: row["id"] for row in (*new, *old)}
        changed += await _tag(practice, {ids[row["source_id"]]: row["tags"] for row in rows}, changed, old)
    tally = Tally(len(new), len(changed), len(old) - len(changed))
    return Written(tally, [row["id"] for row in changed if row["portal"]])


def _active(row: Mapping[str, Any]) -> dict[str, bool]:
    """Who is new and of whom the file says nothing is active."""
    return {"active": row["active"] is not False} if "active" in row else {}


async def _insert(practice: UUID, rows: Rows) -> None:
    """A row whose code somebody has gets another, until all are in."""
    if rows:
        await codes.demand_room(practice, len(rows))
    while rows:
        coded = [{**row, "code": code} for row, code in zip(rows, codes.some(len(rows)), strict=True)]
        names = list(coded[0])
        sql = (
            f"INSERT INTO patient ({', '.join(names)}) SELECT * FROM {columns_as_arrays(Patient, names)}"  # noqa: S608 - names of ours
            " ON CONFLICT (practice, code) DO NOTHING RETURNING id"
        )
        written = {row["id"] for row in await run(sql, *as_columns(coded, names))}
        rows = [row for row in rows if row["id"] not in written]


async def _update(practice: UUID, rows: Rows) -> list[dict[str, Any]]:
    """Changes those that differ, and holds no others. Gives the id and portal of each that it changed."""
    if not rows:
        return []
    names = list(rows[0])
    changing = [name for name in names if name not in ("id", "source_id")]
    kept = ", ".join(f"p.{name}" for name in changing)
    # Of whom the file does not say whether they are active, they stay as they are.
    new = ", ".join("coalesce(news.active, p.active)" if name == "active" else f"news.{name}" for name in changing)
    sql = (
        f"UPDATE patient p SET ({', '.join(changing)}) = ROW ({new}), version = p.version + 1"  # noqa: S608 - names of ours
        f" FROM {columns_as_arrays(Patient, names)} AS news ({', '.join(names)}) WHERE p.id = news.id"
        f" AND p.practice = ${len(names) + 1} AND ROW ({kept}) IS DISTINCT FROM ROW ({new}) RETURNING p.id, p.portal"
    )
    return await run(sql, *as_columns(rows, names), practice)


async def _tag(practice: UUID, tagged: Mapping[UUID, Sequence[str]], changed: Rows, old: Rows) -> list[dict[str, Any]]:
    """Writes the tags. Gives the id and portal of those who were there and whom nothing else has changed."""
    others = await tags.write(practice, tagged) & {row["id"] for row in old} - {row["id"] for row in changed}
    sql = "UPDATE patient SET version = version + 1 WHERE id = ANY ($1) AND practice = $2 RETURNING id, portal"
    return await run(sql, list(others), practice) if others else []


async def entries(rows: Rows) -> Tally:
    """Writes entries of patients' records, known by patient and source_id."""
    if not rows:
        return Tally()
    whole = [{"id": new_id(), "added_at": clock.now(), **row} for row in rows]
    names = list(whole[0])
    changing = [name for name in names if name not in ("id", "added_at", "patient", "source_id")]
    kept, new = (", ".join(f"{source}.{name}" for name in changing) for source in ("record_entry", "excluded"))
    sql = (
        f"INSERT INTO record_entry ({', '.join(names)}) SELECT * FROM {columns_as_arrays(RecordEntry, names)}"  # noqa: S608 - names of ours
        f" ON CONFLICT (patient, source_id) DO UPDATE SET ({', '.join(changing)}) = ROW ({new})"
        f" WHERE ROW ({kept}) IS DISTINCT FROM ROW ({new}) RETURNING id"
    )
    written = {row["id"] for row in await run(sql, *as_columns(whole, names))}
    created = len(written.intersection(row["id"] for row in whole))
    return Tally(created, len(written) - created, len(whole) - len(written))


async def patients_by_source_id(practice: UUID, source: str) -> dict[str, UUID]:
    """Every patient that a practice has from a source."""
    rows = await run("SELECT source_id, id FROM patient WHERE practice = $1 AND source = $2", practice, source)
    return {row["source_id"]: row["id"] for row in rows}
