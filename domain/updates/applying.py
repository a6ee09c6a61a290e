"""Writing details into a practice's patient."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from db.engine import Prepared, run
from db.keys import patient_keys
from domain.errors import NotFound
from domain.updates import fields

_hold = Prepared(
    f"SELECT id, practice, version, {', '.join(fields.PATIENT_COLUMNS)} FROM patient"  # noqa: S608 - words of ours
    " WHERE id = $1 AND practice = $2 FOR NO KEY UPDATE"
)


async def hold(patient: UUID, practice: UUID) -> dict[str, Any]:
    """The patient's row, which nobody else changes until the caller's transaction ends. Take it after the row of an
    update that waits. Raises NotFound."""
    row = await _hold.first(patient, practice)
    if row is None:
        raise NotFound
    return row


async def apply(patient: Mapping[str, Any], news: Mapping[str, str]) -> None:
    """Writes details, as text by field, into a patient whom `hold` gave: with their keys, and as a new version."""
    written: dict[str, Any] = {}
    for field, text in news.items():
        written |= fields.columns(field, text, patient)
    written |= patient_keys(written)
    columns = ", ".join(f"{column} = ${place}" for place, column in enumerate(written, 3))
    await run(
        f"UPDATE patient SET {columns}, version = version + 1 WHERE id = $1 AND practice = $2",  # noqa: S608 - names of ours
        patient["id"],
        patient["practice"],
        *written.values(),
    )
