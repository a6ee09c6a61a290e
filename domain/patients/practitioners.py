"""The practitioners of a practice, for those who choose one."""

from uuid import UUID

from db.engine import Prepared
from domain.places import Place

_all = Prepared(
    "SELECT m.id, w.name, m.active FROM member m JOIN account w ON w.id = m.account WHERE m.practice = $1"
    " AND m.role_type = 'Practitioner' AND m.accepted_at IS NOT NULL ORDER BY m.active DESC, w.name, m.id"
)


async def every(place: Place) -> dict[UUID, str]:
    """Every practitioner there is and was, by name: a deactivated one's patients are still theirs."""
    return {row["id"]: row["name"] for row in await _all.rows(place.practice.id)}


async def choosable(place: Place, present: UUID | None = None) -> dict[UUID, str]:
    """Whom a patient may be given to: the active ones, and `present`, who stays if nobody else is chosen."""
    rows = await _all.rows(place.practice.id)
    return {row["id"]: row["name"] for row in rows if row["active"] or row["id"] == present}
