"""Asking for access to somebody's portal, and what the one who is asked does first when they have none."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from db.engine import run, transaction
from db.ids import new_id
from db.tables.access import Level, Role
from domain import accounts, attempts, audit, clock, passwords, portals
from domain.addresses import email_key
from domain.errors import LinkClosed, NotFound, Refused, TooMany
from domain.links import OPEN_FOR, demand_open
from domain.mail import MailKind, owe
from domain.sessions import Session

OPEN_AT_MOST = 5
MAILS_A_DAY = 10
ASK_AGAIN_AFTER = timedelta(days=30)

RELATIONSHIPS = (
    "Child", "Daughter", "Son", "Spouse", "Partner", "Mother", "Father", "Parent", "Sister", "Brother", "Grandparent",
    "Grandchild", "Other family", "Dependant", "Friend", "Client",
)  # fmt: skip
CHILDREN = ("Child", "Daughter", "Son", "Grandchild", "Dependant")
"""Relationships whose portal a parent or guardian may open on their own word."""


@dataclass(frozen=True)
class Asking:
    """What **Add Patient** asks for. `relationship` is what the patient is to the one who asks."""

    name: str
    relationship: str
    level: Level
    role: Role
    email: str


async def ask(session: Session, asking: Asking) -> None:
    """Asks for access to the portal of whoever has this email, and says the same whether or not there is one.

    Its owner is mailed; somebody without a portal gets a link that opens one. The access goes to the account logged
    in, whichever portal it works in (decision 8). Raises Refused at the field 'email'.
    """
    key = email_key(asking.email)
    if key == email_key(session.email):
        raise Refused("This is your own email. Type the one that they log in with", "email")
    async with transaction():
        await _demand_room(session.account, key)
        target = await _target(key)
        if await _has_current(session.account, target["portal"]):
            return
        row = await _write(session.account, asking, key, target["portal"])
        if row["held_back"]:
            return
        if row["portal"]:
            await owe(MailKind.ACCESS_REQUEST, row["id"], target["email"])
        else:
            await owe(MailKind.SET_UP, row["id"], asking.email.strip())
        await audit.record("access:ask", account=session.account, portal=row["portal"], subject=row["id"])


async def _demand_room(account: UUID, key: str) -> None:
    """Five that wait, one for each email, ten mails a day. What counts as waiting is what the asker sees as waiting:
    a denial frees no place before day 14, or it would show."""
    now = clock.now()
    await run("SELECT FROM account WHERE id = $1 FOR UPDATE", account)
    await run(
        "UPDATE access SET status = 'Disabled', reason = 'expired', version = version + 1,"
        " link_version = link_version + 1 WHERE account = $1 AND status = 'Pending' AND expires_at <= $2",
        account,
        now,
    )
    waiting = await run(
        "SELECT email_key FROM access WHERE account = $1 AND NOT offered"
        " AND (status = 'Pending' OR (reason = 'denied' AND asked_at > $2))",
        account,
        now - OPEN_FOR,
    )
    if key in {row["email_key"] for row in waiting}:
        raise Refused("You have asked them already. They have 14 days to answer", "email")
    if len(waiting) >= OPEN_AT_MOST:
        raise Refused(f"{OPEN_AT_MOST} of your requests wait for an answer. Withdraw one, or wait", "email")
    try:
        await attempts.spend({f"ask:{account}": MAILS_A_DAY}, timedelta(days=1))
    except TooMany as error:
        raise Refused(f"You have sent {MAILS_A_DAY} requests today. Try again tomorrow", "email") from error


async def _target(key: str) -> dict[str, Any]:
    found = await run(
        "SELECT a.email, p.id AS portal FROM account a LEFT JOIN portal p ON p.owner = a.id WHERE a.email_key = $1", key
    )
    return found[0] if found else {"email": None, "portal": None}


async def _has_current(account: UUID, portal: UUID | None) -> bool:
    return bool(
        await run("SELECT FROM access WHERE account = $1 AND portal = $2 AND status = 'Current'", account, portal)
    )


async def _write(account: UUID, asking: Asking, key: str, portal: UUID | None) -> dict[str, Any]:
    """A request that comes within 30 days of a denial, or after one for good, stands with its asker and nowhere
    else: the one who refused hears nothing of it, and the asker learns nothing from it."""
    now = clock.now()
    held_back = bool(
        await run(
            "SELECT FROM access WHERE account = $1 AND (email_key = $2 OR portal = $3)"
            " AND (refused_for_good OR (reason = 'denied' AND decided_at > $4))",
            account,
            key,
            portal,
            now - ASK_AGAIN_AFTER,
        )
    )
    row = {"id": new_id(), "portal": None if held_back else portal, "held_back": held_back}
    await run(
        "INSERT INTO access (id, account, portal, asked_by, email, email_key, name, relationship, level, role, status,"
        " held_back, asked_at, expires_at) VALUES ($1, $2, $3, $2, $4, $5, $6, $7, $8, $9, 'Pending', $10, $11, $12)",
        row["id"],
        account,
        row["portal"],
        asking.email.strip(),
        key,
        asking.name,
        asking.relationship,
        asking.level.value,
        asking.role.value,
        held_back,
        now,
        now + OPEN_FOR,
    )
    return row


async def withdraw(session: Session, request: UUID) -> None:
    """Takes back one's own request. Raises NotFound for what is not waiting or not one's own."""
    async with transaction():
        withdrawn = await run(
            "UPDATE access SET status = 'Disabled', reason = 'withdrawn', decided_at = $3, decided_by = $2,"
            " version = version + 1, link_version = link_version + 1"
            " WHERE id = $1 AND account = $2 AND NOT offered"
            " AND (status = 'Pending' OR (reason = 'denied' AND asked_at > $4)) RETURNING portal",
            request,
            session.account,
            clock.now(),
            clock.now() - OPEN_FOR,
        )
        if not withdrawn:
            raise NotFound
        await audit.record("access:withdraw", account=session.account, portal=withdrawn[0]["portal"], subject=request)


async def request_of(row: UUID, version: int) -> dict[str, Any]:
    """What a set-up link is about: who asks (asker), for what (level, role), of whom (email, name) and whether that
    email has a login by now (account). Raises LinkClosed."""
    rows = await run(
        "SELECT r.id, r.email, r.email_key, r.name, r.relationship, r.level, r.role, r.link_version, r.expires_at,"
        " CASE WHEN r.portal IS NOT NULL OR r.status = 'Disabled' THEN r.asked_at END AS used_at,"
        " asker.name AS asker, asker.email AS asker_email, known.id AS known, portal.id AS known_portal"
        " FROM access r JOIN account asker ON asker.id = r.account"
        " LEFT JOIN account known ON known.email_key = r.email_key LEFT JOIN portal ON portal.owner = known.id"
        " WHERE r.id = $1 AND NOT r.held_back",
        row,
    )
    return dict(demand_open(rows[0] if rows else None, version))


async def set_up(row: UUID, version: int, name: str, password: str) -> str:
    """Makes account and portal together for somebody who was asked and had neither; the request stands there, Pending.

    Gives the email to log in with. Raises LinkClosed, and Refused for a bad password or an email that has a login.
    """
    request = await request_of(row, version)
    passwords.demand_good(password, personal=(name, request["email"]))
    password_hash = await passwords.hashed(password)
    async with transaction():
        await _take(row, version)
        account = await accounts.create(name, request["email"], password_hash)
        await portals.open_for(account, name, request["email"])
    return str(request["email"])


async def open_portal(session: Session, row: UUID, version: int) -> UUID:
    """Opens an empty portal for somebody who was asked and has a login but no portal. Gives the portal's id.

    Raises LinkClosed('wrong account') for anybody else's login, which leaves the link as it was.
    """
    request = await request_of(row, version)
    if request["known"] != session.account:
        raise LinkClosed("wrong account")
    async with transaction():
        await _take(row, version)
        return await portals.open_for(session.account, session.name, session.email)


async def _take(row: UUID, version: int) -> None:
    """One claiming update wins; whoever comes second is told that the link was used."""
    taken = await run(
        "UPDATE access SET link_version = link_version + 1 WHERE id = $1 AND link_version = $2 AND portal IS NULL"
        " AND status = 'Pending' AND expires_at > $3 RETURNING id",
        row,
        version,
        clock.now(),
    )
    if not taken:
        raise LinkClosed("used")
