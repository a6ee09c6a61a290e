"""Rows of an import into the tables, each statement many of them; what is the same already is not written."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from piccolo.table import Table

from db.bulk import as_columns, columns_as_arrays
from db.engine import run
from db.ids import new_id
from db.keys import patient_keys
from db.tables.patient import Patient
from db.tables.record_entry import RecordEntry
from domain import clock, codes
from domain.patient_import.outcome import Tally

ONLY_AT_FIRST = {"id", "created_at", "added_at", "code"}


async def patients(practice: UUID, source: str, rows: Sequence[Mapping[str, Any]]) -> Tally:
    """Writes patients of a practice, known by their source_id. All rows have the same columns."""
    drawn = await codes.draw(practice, len(rows))
    first = {"practice": practice, "source": source, "created_at": clock.now()}
    whole = [
        {"id": new_id(), **first, "code": code, **row, **patient_keys(row)}
        for code, row in zip(drawn, rows, strict=True)
    ]
    return await _write(Patient, ("practice", "source", "source_id"), whole, ", version = patient.version + 1")


async def entries(rows: Sequence[Mapping[str, Any]]) -> Tally:
    """Writes entries of patients' records, known by patient and source_id."""
    whole = [{"id": new_id(), "added_at": clock.now(), **row} for row in rows]
    return await _write(RecordEntry, ("patient", "source_id"), whole)


async def patients_by_source_id(practice: UUID, source: str) -> dict[str, UUID]:
    """Every patient that a practice has from a source."""
    rows = await run("SELECT source_id, id FROM patient WHERE practice = $1 AND source = $2", practice, source)
    return {row["source_id"]: row["id"] for row in rows}


async def _write(
    table: type[Table], identity: tuple[str, ...], rows: Sequence[Mapping[str, Any]], too: str = ""
) -> Tally:
    """`too` is set in rows that change."""
    if not rows:
        return Tally()
    names, name = list(rows[0]), table._meta.tablename
    changing = [column for column in names if column not in ONLY_AT_FIRST.union(identity)]
    kept, new = (", ".join(f"{source}.{column}" for column in changing) for source in (name, "excluded"))
    sql = (
        f"INSERT INTO {name} ({', '.join(names)}) SELECT * FROM {columns_as_arrays(table, names)}"  # noqa: S608 - names of ours
        f" ON CONFLICT ({', '.join(identity)}) DO UPDATE SET ({', '.join(changing)}) = ROW ({new}){too}"
        f" WHERE ROW ({kept}) IS DISTINCT FROM ROW ({new}) RETURNING id"
    )
    written = {row["id"] for row in await run(sql, *as_columns(rows, names))}
    created = len(written.intersection(row["id"] for row in rows))
    return Tally(created, len(written) - created, len(rows) - len(written))
