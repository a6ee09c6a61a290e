"""A practice always keeps an active account owner."""

from uuid import UUID

from db.engine import run
from domain import practices
from domain.errors import NotPermitted, Refused
from domain.members.rights import LAST_OWNER
from domain.places import Place


async def hold(place: Place) -> None:
    """Makes others who change who works here wait for the end of the caller's transaction, and looks again whether the
    one who acts still may: two owners can take it from each other at the same moment. Raises NotPermitted."""
    await practices.hold(place.practice.id)
    if not await run("SELECT FROM member WHERE id = $1 AND active AND owner", place.member):
        raise NotPermitted


async def demand_another_owner(practice: UUID, row: UUID) -> None:
    """Inside `hold`. Raises Refused at 'owner' where nobody but `row` is an active owner."""
    others = await run(
        "SELECT FROM member WHERE practice = $1 AND id <> $2 AND active AND owner LIMIT 1", practice, row
    )
    if not others:
        raise Refused(LAST_OWNER, "owner")
