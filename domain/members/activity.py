"""**Deactivate** and **Activate** (S5.7, S5.8, decisions 19 and 20)."""

from uuid import UUID

from db.engine import run, transaction
from domain import audit, clock, practices
from domain.errors import NotFound, Refused
from domain.members.listing import Member, MemberStatus, joined, member
from domain.members.owners import demand_another_owner, hold
from domain.members.rights import PROTECTED
from domain.members.viewing import fall_back
from domain.permissions import PlacePermission, demand
from domain.places import Place

ONESELF = "You cannot deactivate yourself. Another account owner can"


async def deactivate(place: Place, row: UUID) -> Member:
    """Ends somebody's place at their next request; what they did keeps their name. Done twice it is done once.

    Raises NotPermitted, NotFound, and Refused for oneself, a practitioner with Full Access and the last owner.
    """
    demand(place, PlacePermission.CHANGE_MEMBERS)
    async with transaction():
        await hold(place)
        found = await _whom(place, row)
        if row == place.member:
            raise Refused(ONESELF)
        if found.status is MemberStatus.ACTIVE:
            await _deactivate(place.practice.id, found, place.account)
        return await member(place, row)


async def activate(place: Place, row: UUID) -> Member:
    """Gives somebody their place back as it was, but not as an account owner. Done twice it is done once.

    Raises NotPermitted, NotFound, and Refused for a practitioner with Full Access.
    """
    demand(place, PlacePermission.CHANGE_MEMBERS)
    async with transaction():
        await hold(place)
        found = await _whom(place, row)
        if found.status is MemberStatus.DEACTIVATED:
            await _activate(place.practice.id, found, place.account)
        return await member(place, row)


async def _whom(place: Place, row: UUID) -> Member:
    """Raises NotFound for somebody who never joined, and Refused for one whom only the platform's administrators
    deactivate and activate."""
    found = await member(place, row)
    if found.asked:
        raise NotFound
    if found.protected:
        raise Refused(PROTECTED)
    return found


async def deactivate_from_outside(slug: str, email: str) -> Member:
    """For the platform's administrators: anybody but the last owner. Raises NotFound and Refused."""
    return await _from_outside(slug, email, MemberStatus.ACTIVE)


async def activate_from_outside(slug: str, email: str) -> Member:
    """For the platform's administrators. Raises NotFound and Refused."""
    return await _from_outside(slug, email, MemberStatus.DEACTIVATED)


async def _from_outside(slug: str, email: str, now: MemberStatus) -> Member:
    practice = (await practices.find(slug)).id
    async with transaction():
        await practices.hold(practice)
        found = await joined(slug, email)
        if found.status is not now:
            raise Refused(f"They are {found.status.lower()} already")
        await (_deactivate if now is MemberStatus.ACTIVE else _activate)(practice, found, None)
    return found


async def _deactivate(practice: UUID, found: Member, by: UUID | None) -> None:
    """Whoever views their information goes on to the next whom they may view, or to nobody."""
    if found.rights.owner:
        await demand_another_owner(practice, found.id)
    await run(
        "UPDATE member SET active = false, owner = false, deactivated_at = $3, deactivated_by = $4,"
        " version = version + 1 WHERE practice = $1 AND id = $2",
        practice,
        found.id,
        clock.now(),
        by,
    )
    await fall_back(practice)
    await audit.record("member:deactivate", account=by, practice=practice, subject=found.id)


async def _activate(practice: UUID, found: Member, by: UUID | None) -> None:
    await run(
        "UPDATE member SET active = true, deactivated_at = NULL, deactivated_by = NULL, version = version + 1"
        " WHERE practice = $1 AND id = $2",
        practice,
        found.id,
    )
    await fall_back(practice)
    await audit.record("member:activate", account=by, practice=practice, subject=found.id)
