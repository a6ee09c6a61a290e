"""What a member may do, as an owner chooses it; which choices go together, and which can be taken back."""

from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from db.engine import run
from db.tables.member import Limit, MemberLevel, RoleType
from domain.errors import Refused
from domain.permissions import Module
from domain.permissions.practice import NARROWEST_FIRST
from domain.places import LIMIT_COLUMNS, MODULE_COLUMNS

__all__ = [
    "LAST_OWNER", "PROTECTED", "WHOM_TO_ASK", "Limit", "MemberLevel", "Rights", "RoleType",
    "demand_not_lessened", "demand_sound", "rights_of",
]  # fmt: skip

UNLIMITED = dict.fromkeys(LIMIT_COLUMNS, Limit.ALL)
EVERY_MODULE = frozenset(Module)
WHOM_TO_ASK = "the people who run this Kith"
PROTECTED = f"Only {WHOM_TO_ASK} can limit or deactivate a practitioner with Full Access. Write to them"
LAST_OWNER = "A practice always has an account owner. Make somebody else an account owner first"


@dataclass(frozen=True)
class Rights:
    """How somebody stands in a practice. `views` are the practitioners whose information an administrator may view."""

    role_type: RoleType
    level: MemberLevel
    owner: bool = False
    read_only: bool = False
    hides_names: bool = False
    calendars: Limit = Limit.ALL
    invoices: Limit = Limit.ALL
    profiles: Limit = Limit.ALL
    financial_reports: Limit = Limit.ALL
    modules: frozenset[Module] = EVERY_MODULE
    views: tuple[UUID, ...] = ()

    @property
    def whole(self) -> bool:
        """Nothing is limited within the level."""
        return not self.read_only and not self.hides_names and self.limits == UNLIMITED and self.modules == EVERY_MODULE

    @property
    def limits(self) -> dict[str, Limit]:
        return {column: getattr(self, column) for column in LIMIT_COLUMNS}

    @property
    def full_practitioner(self) -> bool:
        """A practitioner with Full Access, whom nobody in the practice can limit (decision 19)."""
        return self.role_type is RoleType.PRACTITIONER and self.level is MemberLevel.FULL

    def same_as(self, other: "Rights") -> bool:
        """Whether they are alike, in whatever order the practitioners stand whom one views."""
        return set(self.views) == set(other.views) and self == replace(other, views=self.views)

    def columns(self) -> dict[str, Any]:
        """What stands in the member's own row, by column."""
        kept = {name: value for name, value in asdict(self).items() if name not in ("modules", "views")}
        return kept | {column: module in self.modules for module, column in MODULE_COLUMNS.items()}


def rights_of(row: dict[str, Any]) -> Rights:
    """The rights in a row of `member`, which also has `views`."""
    return Rights(
        role_type=RoleType(row["role_type"]),
        level=MemberLevel(row["level"]),
        owner=row["owner"],
        read_only=row["read_only"],
        hides_names=row["hides_names"],
        calendars=Limit(row["calendars"]),
        invoices=Limit(row["invoices"]),
        profiles=Limit(row["profiles"]),
        financial_reports=Limit(row["financial_reports"]),
        modules=frozenset(module for module, column in MODULE_COLUMNS.items() if row[column]),
        views=tuple(row["views"]),
    )


async def demand_sound(practice: UUID, rights: Rights) -> Rights:
    """The rights as they are kept: a practitioner views nobody else's information.

    Raises Refused at 'owner' for an owner who is limited, at 'level' for a practitioner with Full Access who is, and at
    'views' for somebody who is no active practitioner of this practice.
    """
    if rights.owner and (rights.level is not MemberLevel.FULL or not rights.whole):
        raise Refused("An account owner has Full Access without limits. Take the limits off, or untick this", "owner")
    if rights.full_practitioner and not rights.whole:
        raise Refused("A practitioner with Full Access has no limits. Take them off, or choose another level", "level")
    if rights.role_type is RoleType.PRACTITIONER:
        return replace(rights, views=())
    views = tuple(dict.fromkeys(rights.views))
    known = await run(
        "SELECT id FROM member WHERE practice = $1 AND id = ANY($2) AND active AND role_type = 'Practitioner'",
        practice,
        list(views),
    )
    if len(known) != len(views):
        raise Refused("Choose among the practitioners who work here", "views")
    return replace(rights, views=views)


def demand_not_lessened(before: Rights, after: Rights) -> None:
    """Raises Refused where a practitioner with Full Access would have less than before: no way round (decision 19).
    Whether they are an account owner is another matter."""
    if not before.full_practitioner:
        return
    checks = [
        ("role_type", after.role_type is before.role_type),
        ("level", after.level is before.level),
        *((limit, _reaches_as_far(after.limits[limit], before.limits[limit])) for limit in LIMIT_COLUMNS),
        *((MODULE_COLUMNS[module], module in after.modules) for module in Module if module in before.modules),
        ("read_only", before.read_only or not after.read_only),
        ("hides_names", before.hides_names or not after.hides_names),
    ]
    for field, as_before in checks:
        if not as_before:
            raise Refused(PROTECTED, field)


def _reaches_as_far(after: Limit, before: Limit) -> bool:
    return NARROWEST_FIRST.index(after) >= NARROWEST_FIRST.index(before)
