"""What `kith doctor` asks the mail server: does it answer, and does it let us in."""

from emails.refusals import NotNow
from emails.smtp import Post, Server
from settings import Settings


async def inspect_mail(settings: Settings) -> tuple[bool, str]:
    """Whether the server of KITH_SMTP_URL is well, connected to as the worker does, and a line that says so. Nothing
    is sent."""
    server = Server.parse(settings.smtp_url)
    post = Post(server, "localhost")
    try:
        await post.connect()
    except NotNow as error:
        return False, f"KITH_SMTP_URL: {server.host}: {error}"
    await post.rest()
    limit = settings.mail_per_minute
    return True, f"KITH_SMTP_URL: {server.host} answers; {f'at most {limit} mails a minute' if limit else 'no limit'}"
