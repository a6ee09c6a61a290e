"""**Edit**: what a member may do, changed by an account owner; never their login (S5.5)."""

from dataclasses import replace
from uuid import UUID

from db.engine import run, transaction
from db.tables.member import MemberLevel
from domain import audit, practices
from domain.errors import Changed, Refused
from domain.members.listing import Member, MemberStatus, joined, member
from domain.members.owners import demand_another_owner, hold
from domain.members.rights import Rights, demand_not_lessened, demand_sound
from domain.members.viewing import choose_whose, fall_back
from domain.patients import revocations
from domain.permissions import PlacePermission, demand
from domain.places import Place

NOT_ACTIVE = "They are deactivated. Activate them first"


async def edit(place: Place, row: UUID, rights: Rights, version: int) -> Member:
    """Writes what a member may do from the next request on, and gives them as they are now.

    Raises NotPermitted, NotFound, Changed for a form that is older than the row, and Refused: at 'owner' for the last
    one, at the field concerned for a practitioner with Full Access who would have less, and for who is deactivated.
    """
    demand(place, PlacePermission.CHANGE_MEMBERS)
    async with transaction():
        await hold(place)
        before = await member(place, row)
        if before.version != version and before.rights != rights:
            raise Changed
        if before.version != version:
            return before  # the button was pressed twice
        if before.status is MemberStatus.DEACTIVATED:
            raise Refused(NOT_ACTIVE)
        rights = await demand_sound(place.practice.id, rights)
        if before.status is MemberStatus.ACTIVE:
            demand_not_lessened(before.rights, rights)
            if before.rights.owner and not rights.owner:
                await demand_another_owner(place.practice.id, row)
        await _write(place, before, rights)
        await audit.record("member:edit", account=place.account, practice=place.practice.id, subject=row)
        return await member(place, row)


async def _write(place: Place, before: Member, rights: Rights) -> None:
    values = rights.columns()
    columns = ", ".join(f"{column} = ${n}" for n, column in enumerate(values, 4))
    written = await run(
        f"UPDATE member SET {columns}, version = version + 1 WHERE practice = $1 AND id = $2 AND version = $3"  # noqa: S608 - names of ours
        " RETURNING id",
        place.practice.id,
        before.id,
        before.version,
        *values.values(),
    )
    if not written:
        raise Changed
    if rights.level is MemberLevel.FULL:
        await revocations.end_all(before.id)
    await choose_whose(before.id, rights)
    await fall_back(place.practice.id)


async def change_level_from_outside(slug: str, email: str, level: MemberLevel) -> Member:
    """Gives somebody another level, for the platform's administrators: the only way down from a practitioner's Full
    Access. Raises NotFound, and Refused for an account owner, who has Full Access."""
    practice = (await practices.find(slug)).id
    async with transaction():
        await practices.hold(practice)
        found = await joined(slug, email)
        if found.rights.owner:
            raise Refused("They are an account owner, who has Full Access. Make somebody else one first")
        rights = await demand_sound(practice, replace(found.rights, level=level))
        await run("UPDATE member SET level = $2, version = version + 1 WHERE id = $1", found.id, rights.level)
        if rights.level is MemberLevel.FULL:
            await revocations.end_all(found.id)
        await audit.record("member:edit", account=None, practice=practice, subject=found.id)
    return found
