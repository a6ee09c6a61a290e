"""Signing up: an email first, the account once it is confirmed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from db.engine import run, transaction
from db.ids import new_id
from domain import accounts, addresses, attempts, clock, links, passwords, portals
from domain.addresses import email_key
from domain.mail import MailKind, owe

CONFIRM_WITHIN = timedelta(hours=24)


async def begin(name: str, email: str, *, own_health: bool, address: str) -> None:
    """Mails a link that confirms an email. No account before that; one that exists already is told so by mail alone.

    Raises TooMany.
    """
    await attempts.spend(accounts.sign_up_rations(email, address), attempts.MAIL_WINDOW)
    now, key = clock.now(), email_key(email)
    async with transaction():
        known = await run("SELECT id, email FROM account WHERE email_key = $1", key)
        if known:
            await owe(MailKind.ALREADY_SIGNED_UP, known[0]["id"], known[0]["email"], once=now.isoformat())
            return
        row = new_id()
        await run(
            "INSERT INTO sign_up (id, email, email_key, name, own_health, created_at, expires_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            row,
            email.strip(),
            key,
            name,
            own_health,
            now,
            now + CONFIRM_WITHIN,
        )
        await owe(MailKind.CONFIRM_EMAIL, row, email.strip())


async def typed(row: UUID, version: int) -> dict[str, Any]:
    """What was typed at sign-up: name, email, own_health. Raises LinkClosed."""
    rows = await run("SELECT * FROM sign_up WHERE id = $1", row)
    return dict(links.demand_open(rows[0] if rows else None, version))


async def confirm(row: UUID, version: int, password: str) -> UUID:
    """Makes the account, and its empty portal for those who came for their own health. Gives the account's id.

    Raises LinkClosed, and Refused for a bad password.
    """
    given = await typed(row, version)
    await passwords.demand_good(password, personal=(given["name"], given["email"]))
    password_hash = await passwords.hashed(password)
    async with transaction():
        await addresses.hold(given["email_key"])
        await links.use("sign_up", row, version)
        account = await accounts.create(given["name"], given["email"], password_hash)
        if given["own_health"]:
            await portals.open_for(account, given["name"], given["email"])
    return account


async def sweep() -> None:
    """Deletes what was typed 30 days ago. The worker calls it."""
    await run("DELETE FROM sign_up WHERE created_at < $1", clock.now() - links.KEPT_FOR)
