"""Whose information an administrator views (S5.2, decision 21)."""

from dataclasses import dataclass
from uuid import UUID

from db.engine import run, transaction
from db.ids import new_id
from db.tables.member import RoleType
from domain import audit
from domain.errors import NotFound
from domain.members.rights import Rights
from domain.permissions import PlacePermission, demand
from domain.places import Place


@dataclass(frozen=True)
class Viewable:
    """A practitioner whose information the administrator may view."""

    member: UUID
    name: str


async def viewable(place: Place) -> list[Viewable]:
    """The active practitioners whom an owner lets them view, by name. Raises NotPermitted."""
    demand(place, PlacePermission.CHOOSE_WHOM_TO_VIEW)
    rows = await run(
        "SELECT p.id AS member, a.name FROM member_view l JOIN member p ON p.id = l.practitioner"
        " JOIN account a ON a.id = p.account WHERE l.member = $1 AND p.practice = $2 AND p.active"
        " ORDER BY a.name, p.id",
        place.member,
        place.practice.id,
    )
    return [Viewable(**row) for row in rows]


async def view(place: Place, practitioner: UUID) -> Viewable:
    """Views somebody's information from the next request on. Raises NotPermitted, and NotFound for anybody else."""
    demand(place, PlacePermission.CHOOSE_WHOM_TO_VIEW)
    chosen = next((one for one in await viewable(place) if one.member == practitioner), None)
    if chosen is None:
        raise NotFound
    async with transaction():
        await run("UPDATE member SET viewing = $2 WHERE id = $1", place.member, practitioner)
        await audit.record(
            "member:choose-view", account=place.account, practice=place.practice.id, subject=practitioner
        )
    return chosen


async def choose_whose(row: UUID, rights: Rights) -> None:
    """In the caller's transaction: whose information a member may view, and that of the first unless they view one of
    them already. Who became an administrator is viewed by nobody any more.

    The choice of somebody deactivated is kept for when they come back: no form shows them.
    """
    practitioner = rights.role_type is RoleType.PRACTITIONER
    await run(
        "DELETE FROM member_view l USING member p WHERE p.id = l.practitioner AND ("
        " (l.practitioner = $1 AND NOT $3) OR (l.member = $1 AND ($3 OR p.active) AND NOT p.id = ANY($2)))",
        row,
        list(rights.views),
        practitioner,
    )
    for viewed in rights.views:
        await run(
            "INSERT INTO member_view (id, member, practitioner) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            new_id(),
            row,
            viewed,
        )
    await run(
        "UPDATE member SET viewing = $2 WHERE id = $1 AND (viewing = ANY($3)) IS NOT TRUE",
        row,
        rights.views[0] if rights.views else None,
        list(rights.views),
    )


async def fall_back(practice: UUID) -> None:
    """In the caller's transaction, after somebody came, went or changed: who views somebody that they cannot view any
    more goes on to the next whom they may, or to nobody; who could view somebody and views nobody begins."""
    await run(
        "UPDATE member m SET viewing = (SELECT l.practitioner FROM member_view l JOIN member p ON p.id = l.practitioner"
        "  WHERE l.member = m.id AND p.active ORDER BY p.created_at, p.id LIMIT 1)"
        " WHERE m.practice = $1 AND NOT EXISTS (SELECT FROM member_view l JOIN member p ON p.id = l.practitioner"
        "  WHERE l.member = m.id AND l.practitioner = m.viewing AND p.active)"
        " AND (m.viewing IS NOT NULL OR EXISTS (SELECT FROM member_view l WHERE l.member = m.id))",
        practice,
    )
