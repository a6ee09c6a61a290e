"""What `kith doctor` asks the mail server: does it answer, and does it let us in."""

import asyncio
import smtplib
import ssl
from urllib.parse import parse_qs, unquote, urlsplit

from settings import Settings

PATIENCE = 5


async def inspect_mail(settings: Settings) -> tuple[bool, str]:
    """Whether the server of KITH_SMTP_URL is well, and a line that says so or what to do. Nothing is sent."""
    where = urlsplit(settings.smtp_url)
    server = f"KITH_SMTP_URL: {where.hostname}"
    try:
        await asyncio.to_thread(shake_hands, settings.smtp_url)
    except (OSError, smtplib.SMTPException) as error:
        return False, f"{server}: {type(error).__name__}: {error}"
    return True, f"{server} answers"


def shake_hands(url: str) -> None:
    """Connect as the mail sender does, log in where a name is given, and leave. Raises OSError or SMTPException."""
    where = urlsplit(url)
    secure = ssl.create_default_context()
    if where.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            where.hostname or "", where.port or 465, timeout=PATIENCE, context=secure
        )
    else:
        server = smtplib.SMTP(where.hostname or "", where.port or 25, timeout=PATIENCE)
    with server:
        server.ehlo()
        if "required" in parse_qs(where.query).get("starttls", []):
            server.starttls(context=secure)
            server.ehlo()
        if where.username:
            server.login(unquote(where.username), unquote(where.password or ""))
