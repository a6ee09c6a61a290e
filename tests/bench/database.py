"""A database of its own for a benchmark."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from db import embedded
from db.embedded_server import Addresses
from db.engine import DB
from db.migrate import migrate, role_of
from settings import Settings


@asynccontextmanager
async def database() -> AsyncIterator[tuple[Addresses, Path]]:
    """Migrated, the engine started on it; its addresses, and a folder for what else is written."""
    with embedded.temporary() as server:
        await migrate(server.owner_database_url, "test", role_of(server.database_url))
        await DB.start(server.database_url)
        try:
            yield server.addresses, server.place.data.parent
        finally:
            await DB.stop()


def settings(var: Path, **others: str) -> Settings:
    return Settings.from_environment({"KITH_ENV": "test", "KITH_VAR": str(var), **others})
