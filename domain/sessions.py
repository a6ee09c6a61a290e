"""Who is logged in on which browser. ASVS 7: a table of token hashes, nothing else is believed."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db.engine import Prepared, run, transaction
from db.ids import new_id
from db.tables.access import Level, Role
from domain import audit, clock

IDLE, IDLE_AT_WORK = timedelta(minutes=30), timedelta(minutes=15)
AT_MOST = timedelta(hours=12)
FRESH_FOR = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last visit is kept: a write a minute, not one a request."""


@dataclass(frozen=True)
class Door:
    """A portal that an account can open, as the switcher lists it."""

    portal: UUID
    name: str
    owns: bool
    relationship: str = ""
    level: Level = Level.CLINICAL
    role: Role = Role.EDIT


@dataclass(frozen=True)
class Workplace:
    """A practice in which an account has a place, as the practice toggle lists it."""

    slug: str
    name: str


@dataclass(frozen=True)
class Session:
    """An account logged in on one browser."""

    id: UUID
    account: UUID
    name: str
    email: str
    portal: UUID | None
    confirmed_at: datetime
    """When the password was last typed here."""
    doors: tuple[Door, ...] = ()
    """The portals that it can open: its own first, then by name."""
    workplaces: tuple[Workplace, ...] = ()
    """The practices in which it has a place, by name."""
    asked_to_work: int = 0
    """How many practices ask it to join and wait for a yes or no."""

    @property
    def works(self) -> bool:
        """Whether the account has a place in any practice: idles for 15 minutes instead of 30."""
        return bool(self.workplaces)

    @property
    def idle(self) -> timedelta:
        return IDLE_AT_WORK if self.works else IDLE

    @property
    def fresh(self) -> bool:
        """Whether the password was typed so lately that this browser may give others access. ASVS 7.5.1."""
        return clock.now() < self.confirmed_at + FRESH_FOR


_find = Prepared(
    "SELECT s.id, s.account, s.seen_at, s.expires_at, s.confirmed_at, a.name, a.email, p.id AS portal,"
    " (SELECT json_agg(json_build_array(c.slug, c.name) ORDER BY c.name, c.id)::text"
    "  FROM member m JOIN practice c ON c.id = m.practice WHERE m.account = a.id AND m.active) AS workplaces,"
    " (SELECT count(*) FROM member m WHERE m.email_key = a.email_key AND m.accepted_at IS NULL"
    "  AND m.declined_at IS NULL AND m.expires_at > $2::timestamptz + d.clock_offset) AS asked_to_work,"
    " (SELECT json_agg(json_build_array(dp.id, dp.name, da.relationship, da.level, da.role)"
    "  ORDER BY dp.name, dp.id)::text"
    "  FROM access da JOIN portal dp ON dp.id = da.portal WHERE da.account = a.id AND da.status = 'Current') AS doors,"
    " p.name AS portal_name, d.clock_offset"
    " FROM deployment d LEFT JOIN session s ON s.token_hash = $1"
    " LEFT JOIN account a ON a.id = s.account LEFT JOIN portal p ON p.owner = a.id"
)
_seen = Prepared("UPDATE session SET seen_at = $2 WHERE id = $1")


def token_hash(token: str) -> bytes:
    """What is kept of a token: 32 bytes."""
    return hashlib.sha256(token.encode()).digest()


async def begin(account: UUID, device: str) -> str:
    """Logs an account in on a browser: the token for its cookie, 256 random bits. `device` is its own description."""
    token, now = secrets.token_urlsafe(32), clock.now()
    async with transaction():
        await run(
            "INSERT INTO session (id, account, token_hash, created_at, seen_at, expires_at, confirmed_at, device)"
            " VALUES ($1, $2, $3, $4, $4, $5, $4, $6)",
            new_id(),
            account,
            token_hash(token),
            now,
            now + AT_MOST,
            device[:200],
        )
        await audit.record("session:begin", account=account)
    return token


async def resume(token: str, *, renews: bool = True) -> Session | None:
    """The session that a cookie's token opens, or None. Reads the database's clock in the same query. Its idle time
    begins anew, but for what nobody does who sits there: that does not `renews`. ASVS 7.3.1."""
    row = await _find.first(token_hash(token), clock.now() - clock.offset())
    if row is None:
        return None
    clock.set_offset(row.pop("clock_offset"))
    seen_at, expires_at, now = row.pop("seen_at"), row.pop("expires_at"), clock.now()
    if row["id"] is None:
        return None
    row["doors"] = _doors(row["portal"], row.pop("portal_name"), row["doors"])
    row["workplaces"] = tuple(Workplace(*names) for names in json.loads(row["workplaces"] or "[]"))
    session = Session(**row)
    if now >= expires_at or now >= seen_at + session.idle:
        return None
    if renews and now >= seen_at + SEEN_EVERY:
        await _seen.rows(session.id, now)
    return session


def _doors(own: UUID | None, own_name: str | None, others: str | None) -> tuple[Door, ...]:
    mine = [Door(own, own_name, True)] if own and own_name else []
    rest = [
        Door(UUID(portal), name, False, relationship, Level(level), Role(role))
        for portal, name, relationship, level, role in json.loads(others or "[]")
    ]
    return (*mine, *rest)


async def end(session: Session) -> None:
    """Logs this browser out."""
    async with transaction():
        await run("DELETE FROM session WHERE id = $1", session.id)
        await audit.record("session:end", account=session.account)


async def end_all(account: UUID) -> None:
    """Logs an account out everywhere, inside the caller's transaction."""
    await run("DELETE FROM session WHERE account = $1", account)


async def sweep() -> None:
    """Deletes what has expired. The worker calls it."""
    await run("DELETE FROM session WHERE expires_at < $1 OR seen_at < $2", clock.now(), clock.now() - IDLE)
