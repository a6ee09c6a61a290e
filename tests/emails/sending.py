"""What tests of mail do again and again."""

from typing import Any

from db.engine import run
from db.ids import new_id
from domain import clock
from domain.mail import MailKind, owe
from emails.outbox import Outbox


async def send_all(outbox: Outbox) -> None:
    """Turn after turn until nothing is due."""
    while await outbox.turn(lambda: False):
        pass


async def owe_sign_up(email: str, name: str = "Mina Park") -> None:
    """Owes somebody the simplest mail there is."""
    sign_up, now = new_id(), clock.now()
    await run(
        "INSERT INTO sign_up (id, email, email_key, name, created_at, expires_at) VALUES ($1, $2, $2, $3, $4, $5)",
        sign_up,
        email,
        name,
        now,
        now.replace(year=now.year + 1),
    )
    await owe(MailKind.CONFIRM_EMAIL, sign_up, email)


async def outbox_rows() -> dict[str, dict[str, Any]]:
    """Every row of the outbox by its recipient."""
    return {row["recipient"]: row for row in await run("SELECT * FROM mail")}
