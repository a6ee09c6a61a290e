"""A forgotten password: a mailed link sets a new one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from db.engine import run, transaction
from db.ids import new_id
from domain import accounts, attempts, audit, clock, links, passwords
from domain.addresses import email_key
from domain.mail import MailKind, owe

RESET_WITHIN = timedelta(hours=1)


async def begin(email: str, *, address: str) -> None:
    """Mails a way to a new password to the account of this email, if there is one. Raises TooMany."""
    await attempts.spend(accounts.reset_rations(email, address), attempts.MAIL_WINDOW)
    now = clock.now()
    async with transaction():
        known = await run("SELECT id, email FROM account WHERE email_key = $1", email_key(email))
        if not known:
            return
        row = new_id()
        await run(
            "UPDATE password_reset SET link_version = link_version + 1 WHERE account = $1 AND used_at IS NULL",
            known[0]["id"],
        )
        await run(
            "INSERT INTO password_reset (id, account, created_at, expires_at) VALUES ($1, $2, $3, $4)",
            row,
            known[0]["id"],
            now,
            now + RESET_WITHIN,
        )
        await owe(MailKind.PASSWORD_RESET, row, known[0]["email"])
        await audit.record("account:ask-for-reset", account=None, subject=known[0]["id"])


async def whose(row: UUID, version: int) -> dict[str, Any]:
    """Whose password a reset changes: account, name, email. Raises LinkClosed."""
    rows = await run(
        "SELECT r.*, a.name, a.email, r.link_version > 1 AND NOT EXISTS (SELECT FROM password_reset newer"
        " WHERE newer.account = r.account AND newer.created_at > r.created_at) AS cancelled"
        " FROM password_reset r JOIN account a ON a.id = r.account WHERE r.id = $1",
        row,
    )
    return dict(links.demand_open(rows[0] if rows else None, version))


async def finish(row: UUID, version: int, password: str) -> None:
    """Sets a new password by a mailed link and ends all sessions. Raises LinkClosed, and Refused for a bad one."""
    found = await whose(row, version)
    await passwords.demand_good(password, personal=(found["name"], found["email"]))
    password_hash = await passwords.hashed(password)
    async with transaction():
        await links.use("password_reset", row, version)
        await accounts.set_password(found["account"], password_hash, found["email"])


async def sweep() -> None:
    """Deletes what was asked for 30 days ago. The worker calls it."""
    await run("DELETE FROM password_reset WHERE created_at < $1", clock.now() - links.KEPT_FOR)
