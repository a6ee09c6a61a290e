"""Who works in a practice, as its Users page lists them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from db.engine import Prepared, run
from db.keys import key as sort_key
from db.tables.member import RoleType
from domain import addresses, clock, practices
from domain.errors import NotFound, Refused
from domain.members.rights import Rights, rights_of
from domain.permissions import PlacePermission, demand, may
from domain.places import LIMIT_COLUMNS, MODULE_COLUMNS, Place


class MemberStatus(StrEnum):
    """In the order of the list."""

    ACTIVE = "Active"
    PENDING = "Pending"
    EXPIRED = "Expired"
    DEACTIVATED = "Deactivated"


@dataclass(frozen=True)
class Member:
    """One line of the Users page. `email` is empty for those who are not account owners."""

    id: UUID
    account: UUID | None
    name: str
    email: str
    rights: Rights
    status: MemberStatus
    version: int
    expires_at: datetime | None
    undelivered: bool
    """Whether the mail that asks them came back."""

    @property
    def protected(self) -> bool:
        """Whether only the platform's administrators limit, deactivate or activate them (decision 19)."""
        return self.rights.full_practitioner and self.status in (MemberStatus.ACTIVE, MemberStatus.DEACTIVATED)

    @property
    def asked(self) -> bool:
        """Whether they have not said yes so far."""
        return self.status in (MemberStatus.PENDING, MemberStatus.EXPIRED)


COLUMNS = (
    "m.id, m.account, m.role_type, m.level, m.owner, m.read_only, m.hides_names, m.active, m.accepted_at, m.version,"  # noqa: S608 - names of ours
    f" m.expires_at, m.undelivered_at, m.{', m.'.join((*LIMIT_COLUMNS, *MODULE_COLUMNS.values()))},"
    " coalesce(a.name, m.name) AS name, coalesce(a.email, m.email) AS email,"
    " ARRAY(SELECT l.practitioner FROM member_view l WHERE l.member = m.id) AS views"
)
_members = Prepared(
    f"SELECT {COLUMNS} FROM member m LEFT JOIN account a ON a.id = m.account"  # noqa: S608 - words of ours
    " WHERE m.practice = $1 AND m.declined_at IS NULL"
)


async def members(place: Place) -> list[Member]:
    """Everybody who works here or did, or is asked to: oneself first, then by status and name.

    Emails are for account owners alone. Raises NotPermitted.
    """
    demand(place, PlacePermission.VIEW_MEMBERS)
    rows = await _members.rows(place.practice.id)
    found = [_member(row, emails=may(place, PlacePermission.CHANGE_MEMBERS)) for row in rows]
    order = list(MemberStatus)
    return sorted(found, key=lambda m: (m.id != place.member, order.index(m.status), sort_key(m.name), m.id))


async def member(place: Place, row: UUID) -> Member:
    """One of them, for an account owner who changes something. Raises NotFound and NotPermitted."""
    demand(place, PlacePermission.CHANGE_MEMBERS)
    rows = await run(f"{_members.sql} AND m.id = $2", place.practice.id, row)
    if not rows:
        raise NotFound
    return _member(rows[0], emails=True)


async def all_members(practice: UUID) -> list[Member]:
    """The same for the platform's administrators, who ask from the command line."""
    found = [_member(row, emails=True) for row in await _members.rows(practice)]
    return sorted(found, key=lambda m: (list(MemberStatus).index(m.status), sort_key(m.name), m.id))


async def joined(slug: str, email: str) -> Member:
    """Somebody who works in a practice or did, by email, for the platform's administrators. Raises NotFound and
    Refused."""
    found, key = await all_members((await practices.find(slug)).id), addresses.email_key(email)
    for one in found:
        if addresses.email_key(one.email) == key and not one.asked:
            return one
    raise Refused(f"Nobody with this email works at {slug}")


def practitioners(found: list[Member]) -> list[Member]:
    """Those whose information an administrator can be let view."""
    return [m for m in found if m.status is MemberStatus.ACTIVE and m.rights.role_type is RoleType.PRACTITIONER]


def _member(row: dict[str, Any], *, emails: bool) -> Member:
    return Member(
        id=row["id"],
        account=row["account"],
        name=row["name"],
        email=row["email"] if emails else "",
        rights=rights_of(row),
        status=_status(row),
        version=row["version"],
        expires_at=row["expires_at"],
        undelivered=row["undelivered_at"] is not None,
    )


def _status(row: dict[str, Any]) -> MemberStatus:
    if row["accepted_at"] is not None:
        return MemberStatus.ACTIVE if row["active"] else MemberStatus.DEACTIVATED
    return MemberStatus.PENDING if row["expires_at"] > clock.now() else MemberStatus.EXPIRED
