"""`python -m tests.bench.mail_server`: a mail server in a process of its own that takes all and keeps nothing."""

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP


class Taker:
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 OK"


async def serve() -> None:
    """Says its port on standard output, and takes mail until it is killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Taker(), hostname="localhost"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
