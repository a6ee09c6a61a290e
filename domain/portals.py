"""Portals, and how an account stands in one."""

from dataclasses import dataclass
from uuid import UUID

from db.engine import Prepared, run
from db.ids import new_id
from db.tables.access import Level, Role
from domain import addresses, audit, clock
from domain.errors import NotFound


@dataclass(frozen=True)
class Visit:
    """One account in one portal, at this request: read afresh each time, kept nowhere."""

    account: UUID
    account_name: str
    portal: UUID
    name: str
    preferred_name: str
    owns: bool
    controls: bool
    """The owner or, while there is no login, a Current guardian."""
    level: Level
    role: Role
    access: UUID | None
    """The access that lets them in; none for the owner."""
    patients: tuple[UUID, ...]
    """The practices' patients that are linked to the portal and whose practices show themselves to this visitor: all
    to the owner and to those about whom the owner has decided; else those that have confirmed the guardian who visits,
    or the one whom the visitor has their access from (decision 5)."""
    unconfirmed: bool
    """Whether some practice that is linked does not show itself to this visitor yet."""

    @property
    def called(self) -> str:
        """The name to speak of the portal's person by."""
        return called(self.name, self.preferred_name)


_visit = Prepared(
    "SELECT p.id AS portal, p.name, p.preferred_name, p.owner, a.id AS access, a.level, a.role, a.basis,"
    " array(SELECT t.id FROM patient t WHERE t.portal = p.id AND (p.owner IN ($1, a.decided_by) OR EXISTS (SELECT"
    "  FROM guardian_confirmation c JOIN access g ON g.id = c.access WHERE c.patient = t.id AND c.state = 'Confirmed'"
    "  AND g.status = 'Current' AND g.portal = p.id AND g.account = CASE WHEN a.basis IS NOT NULL THEN a.account"
    "   WHEN a.offered THEN a.asked_by ELSE a.decided_by END))) AS patients,"
    " (SELECT count(*) FROM patient t WHERE t.portal = p.id) AS linked"
    " FROM portal p LEFT JOIN access a ON a.portal = p.id AND a.account = $1 AND a.status = 'Current'"
    " WHERE p.id = $2 AND (p.owner = $1 OR a.id IS NOT NULL)"
)


def called(name: str, preferred_name: str = "") -> str:
    """What to call somebody in a sentence: the preferred name, else the first word of the name."""
    return preferred_name or name.split()[0]


async def visit(account: UUID, account_name: str, portal: UUID) -> Visit:
    """How an account stands in a portal now. Raises NotFound for what is absent, not theirs or theirs no longer."""
    row = await _visit.first(account, portal)
    if row is None:
        raise NotFound
    owner, basis = row.pop("owner"), row.pop("basis")
    owns = owner == account
    level, role = (Level.CLINICAL, Role.EDIT) if owns else (Level(row["level"]), Role(row["role"]))
    controls = owns or (owner is None and basis is not None)
    row["patients"] = tuple(row["patients"])
    row["unconfirmed"] = row.pop("linked") > len(row["patients"])
    rest = {"access": None if owns else row["access"], "level": level, "role": role}
    return Visit(**{**row, **rest}, account=account, account_name=account_name, owns=owns, controls=controls)


async def open_for(account: UUID, name: str, email: str) -> UUID:
    """Opens an account's own empty portal, in the caller's transaction. Requests that were sent to its email and wait
    stand on its Access page from now on."""
    key, now = addresses.email_key(email), clock.now()
    await addresses.hold(key)
    portal = await create(name, owner=account, by=account, email=email)
    await run(
        "UPDATE access SET portal = $1, version = version + 1 WHERE email_key = $2 AND portal IS NULL AND NOT held_back"
        " AND status = 'Pending' AND expires_at > $3 AND account <> $4",
        portal,
        key,
        now,
        account,
    )
    await audit.record("portal:open", account=account, portal=portal)
    return portal


async def own(account: UUID) -> UUID | None:
    """The portal that an account owns, as it is now."""
    rows = await run("SELECT id FROM portal WHERE owner = $1", account)
    return rows[0]["id"] if rows else None


async def create(name: str, *, owner: UUID | None, by: UUID, email: str = "") -> UUID:
    """Writes the row of a new, empty portal and its empty funding."""
    portal = new_id()
    await run(
        "INSERT INTO portal (id, owner, name, email, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        portal,
        owner,
        name,
        email,
        by,
        clock.now(),
    )
    await run("INSERT INTO funding (portal) VALUES ($1)", portal)
    return portal
