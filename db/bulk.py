"""Many rows in few statements."""

from collections.abc import Mapping, Sequence
from typing import Any

from piccolo.table import Table

from db.engine import run

AT_ONCE = 1000


def columns_as_arrays(table: type[Table], names: Sequence[str]) -> str:
    """`unnest($1::…[], …)`: the columns `names` of `table`, each to be given as one list of values."""
    types = [table._meta.get_column_by_name(name).column_type for name in names]
    return f"unnest({', '.join(f'${n}::{kind}[]' for n, kind in enumerate(types, 1))})"


def as_columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[list[Any]]:
    """The values of `rows` turned around: one list for each of `names`."""
    return [[row[name] for row in rows] for name in names]


async def insert_many(table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes `rows`, which all have the same columns; columns left out take the database's defaults.

    Raises asyncpg's errors, after which none of the statement's thousand rows is written.
    """
    if not rows:
        return
    names = list(rows[0])
    sql = (
        f"INSERT INTO {table._meta.tablename} ({', '.join(names)})"  # noqa: S608 - names of ours
        f" SELECT * FROM {columns_as_arrays(table, names)}"
    )
    for start in range(0, len(rows), AT_ONCE):
        await run(sql, *as_columns(rows[start : start + AT_ONCE], names))
