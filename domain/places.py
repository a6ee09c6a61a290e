"""Places in practices: how an account stands in one, and which patients it finds there."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from db.engine import Prepared
from db.tables.member import Limit, MemberLevel, RoleType
from domain.errors import NotFound
from domain.permissions import Area, Module, reach
from domain.practices import COLUMNS, Practice, practice_of

MODULE_COLUMNS = {
    Module.CALENDAR: "has_calendar",
    Module.PATIENTS: "has_patients",
    Module.INVOICES: "has_invoices",
    Module.REPORTS: "has_reports",
    Module.INVITATIONS: "has_invitations",
}
LIMIT_COLUMNS = ("calendars", "invoices", "profiles", "financial_reports")


@dataclass(frozen=True)
class Place:
    """One account's place in one practice, at this request: read afresh each time, kept nowhere."""

    account: UUID
    account_name: str
    member: UUID
    practice: Practice
    role_type: RoleType
    level: MemberLevel
    owner: bool
    read_only: bool
    hides_names: bool
    limits: dict[str, Limit]
    modules: frozenset[Module]
    viewing: UUID | None
    """The practitioner whose information an administrator views."""
    viewing_name: str

    @property
    def own(self) -> UUID | None:
        """The member whose patients are this one's own; none for an administrator who views nobody's."""
        return self.member if self.role_type is RoleType.PRACTITIONER else self.viewing

    @property
    def shown_as(self) -> str:
        """What stands on the access button (decision 21)."""
        return self.viewing_name or self.account_name


_place = Prepared(
    "SELECT m.id AS member, m.role_type, m.level, m.owner, m.read_only, m.hides_names,"  # noqa: S608 - names of ours
    f" m.{', m.'.join((*LIMIT_COLUMNS, *MODULE_COLUMNS.values()))}, v.id AS viewing, w.name AS viewing_name,"
    f" {', '.join(f'c.{column} AS practice_{column}' for column in COLUMNS)}"
    " FROM practice c JOIN member m ON m.practice = c.id"
    " LEFT JOIN member v ON v.id = m.viewing AND v.active AND m.role_type = 'Administrator'"
    "  AND EXISTS (SELECT FROM member_view l WHERE l.member = m.id AND l.practitioner = v.id)"
    " LEFT JOIN account w ON w.id = v.account WHERE c.slug = $1 AND m.account = $2 AND m.active"
)


async def place(account: UUID, account_name: str, slug: str) -> Place:
    """An account's place in a practice now. Raises NotFound for what is absent, not theirs or theirs no longer."""
    row = await _place.first(slug, account)
    if row is None:
        raise NotFound
    return Place(
        account=account,
        account_name=account_name,
        member=row["member"],
        practice=practice_of({column: row[f"practice_{column}"] for column in COLUMNS}),
        role_type=RoleType(row["role_type"]),
        level=MemberLevel(row["level"]),
        owner=row["owner"],
        read_only=row["read_only"],
        hides_names=row["hides_names"],
        limits={column: Limit(row[column]) for column in LIMIT_COLUMNS},
        modules=frozenset(module for module, column in MODULE_COLUMNS.items() if row[column]),
        viewing=row["viewing"],
        viewing_name=row["viewing_name"] or "",
    )


OWN = (
    "(p.practitioner = $3 OR EXISTS (SELECT FROM appointment own WHERE own.patient = p.id AND own.practitioner = $3"
    " AND own.status = 'Booked')) AND NOT EXISTS"
    " (SELECT FROM patient_revocation kept WHERE kept.patient = p.id AND kept.member = $3)"
)
"""Whether patient `p` is one's own: their practitioner, or one with an appointment with them (decision 29)."""

FOUND_ALL = (
    "p.practice = $1 AND NOT EXISTS"
    " (SELECT FROM patient_revocation kept WHERE kept.patient = p.id AND kept.member = $2)"
)
"""Whether a member finds patient `p` who finds all of them, from whom they are not revoked."""

FOUND = f"{FOUND_ALL} AND ($4 = 'all' OR ($4 = 'own' AND {OWN}))"
"""Whether a member finds patient `p`. Every query that reads of patients begins with it and with `finding`'s values."""


def finding(who: Place, area: Area) -> tuple[Any, ...]:
    """The values $1 to $4 of FOUND: practice, member, whose patients are own, how much of `area`."""
    return who.practice.id, who.member, who.own, reach(who, area).value


FULL_NAME = "rtrim(p.first_name || ' ' || p.last_name)"
"""The name of patient `p`, who may have one name alone."""


def name_shown(hides: int) -> str:
    """The name of patient `p` as a member may read it, where `hides` is the number of the value `place.hides_names`
    (decision 18)."""
    return f"CASE WHEN ${hides}::boolean THEN p.code ELSE {FULL_NAME} END"


NAME = name_shown(5)
"""The same for a query whose values begin with `finding` and `place.hides_names`."""
