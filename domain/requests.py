"""Asking for access to somebody's portal.

What the one who is asked does first, when they have none, is in set_ups.py.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from db.engine import run, transaction
from db.ids import new_id
from db.tables.access import Level, Role
from domain import addresses, attempts, audit, clock, lapses
from domain.addresses import email_key
from domain.errors import NotFound, Refused
from domain.links import OPEN_FOR
from domain.mail import MailKind, owe
from domain.sessions import Session
from domain.set_ups import open_portal, request_of, set_up

__all__ = [
    "CHILDREN", "LOOKED_AFTER", "RELATIONSHIPS", "Asking",
    "ask", "open_portal", "request_of", "set_up", "withdraw",
]  # fmt: skip

OPEN_AT_MOST = 5
ASK_AGAIN_AFTER = timedelta(days=30)

RELATIONSHIPS = (
    "Child", "Daughter", "Son", "Spouse", "Partner", "Mother", "Father", "Parent", "Sister", "Brother", "Grandparent",
    "Grandchild", "Other family", "Dependant", "Friend", "Client",
)  # fmt: skip
CHILDREN = ("Child", "Daughter", "Son", "Grandchild", "Dependant")
"""Relationships whose portal a parent or guardian may open on their own word."""
LOOKED_AFTER = (*CHILDREN, "Sister", "Brother", "Other family", "Friend", "Client")
"""What somebody under 18 may be to the adult who looks after them."""


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
    await lapses.write_down(account=session.account)
    async with transaction():
        await addresses.hold(key)
        await _demand_room(session.account, key)
        target = await _target(key)
        row = await _write(session.account, asking, key, target["portal"])
        if row["portal"]:
            await owe(MailKind.ACCESS_REQUEST, row["id"], target["email"])
        elif not row["held_back"]:
            await owe(MailKind.SET_UP, row["id"], asking.email.strip())
        await audit.record("access:ask", account=session.account, portal=row["portal"], subject=row["id"])


async def _demand_room(account: UUID, key: str) -> None:
    """Five that wait, one for each email, ten mails a day. What counts as waiting is what the asker sees as waiting:
    a denial frees no place before day 14, or it would show."""
    await run("SELECT FROM account WHERE id = $1 FOR NO KEY UPDATE", account)
    waiting = await run(
        "SELECT email_key FROM access WHERE account = $1 AND NOT offered"
        " AND (status = 'Pending' OR (reason = 'denied' AND expires_at > $2))",
        account,
        clock.now(),
    )
    if key in {row["email_key"] for row in waiting}:
        raise Refused("You have asked them already. They have 14 days to answer", "email")
    if len(waiting) >= OPEN_AT_MOST:
        raise Refused(f"{OPEN_AT_MOST} of your requests wait for an answer. Withdraw one, or wait", "email")
    await attempts.spend_asking(account)


async def _target(key: str) -> dict[str, Any]:
    found = await run(
        "SELECT a.email, p.id AS portal FROM account a LEFT JOIN portal p ON p.owner = a.id WHERE a.email_key = $1", key
    )
    return found[0] if found else {"email": None, "portal": None}


async def _write(account: UUID, asking: Asking, key: str, portal: UUID | None) -> dict[str, Any]:
    now, held_back = clock.now(), await _is_held_back(account, key, portal)
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


async def _is_held_back(account: UUID, key: str, portal: UUID | None) -> bool:
    """Whether a request stands with its asker and nowhere else: it comes within 30 days of a denial, or after one for
    good. The one who refused hears nothing of it, and the asker learns nothing from it.

    A denial counts also when the asker, who could not know of it, withdrew the request afterwards. And whoever opens
    the portal already does not learn that this other email is its owner's too.
    """
    earlier = await run(
        "SELECT email_key = $2 AND status = 'Current' AS open FROM access"
        " WHERE account = $1 AND ((email_key = $2 AND NOT offered) OR portal = $3) AND (refused_for_good"
        " OR (reason IN ('denied', 'withdrawn') AND decided_by <> account AND decided_at > $4)"
        " OR (status = 'Current' AND portal = $3))",
        account,
        key,
        portal,
        clock.now() - ASK_AGAIN_AFTER,
    )
    if any(row["open"] for row in earlier):
        raise Refused("You can open their portal already. To see or do more there, ask them to change it", "email")
    return bool(earlier)


async def withdraw(session: Session, request: UUID) -> None:
    """Takes back one's own request, which its asker may do as long as it seems to wait: one that was denied keeps who
    denied it, and when. Raises NotFound for what does not wait or is not one's own."""
    async with transaction():
        withdrawn = await run(
            "UPDATE access SET status = 'Disabled', reason = 'withdrawn',"
            " decided_at = CASE WHEN status = 'Pending' THEN $3 ELSE decided_at END,"
            " decided_by = CASE WHEN status = 'Pending' THEN $2 ELSE decided_by END,"
            " version = version + 1, link_version = link_version + 1"
            " WHERE id = $1 AND account = $2 AND NOT offered AND expires_at > $3"
            " AND (status = 'Pending' OR reason = 'denied') RETURNING portal",
            request,
            session.account,
            clock.now(),
        )
        if not withdrawn:
            raise NotFound
        await audit.record("access:withdraw", account=session.account, portal=withdrawn[0]["portal"], subject=request)
