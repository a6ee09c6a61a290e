"""Brings a database to the newest tables, and says what the site's role may do there."""

import importlib
import io
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import asyncpg
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.tables import Migration

from db.engine import DB, run
from db.gone import again_while_gone

APP = "kith"
LOCK = 5217000482339081  # any number, the same for every version of Kith
EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
# The trail is only added to; the QA room's clock is the one thing of a deployment that changes.
RIGHTS = {"event": "SELECT, INSERT", "migration": "SELECT", "deployment": "SELECT, UPDATE (clock_offset)"}


class WrongDeployment(Exception):
    """The database was made for another KITH_ENV. Its text is one line that says which."""


@asynccontextmanager
async def as_owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the owner's, closed at the end. Raises DatabaseGone when nothing answers."""
    connection = await again_while_gone(lambda: asyncpg.connect(owner_url))
    try:
        yield connection
    finally:
        await connection.close()


async def migrate(owner_url: str, env: str, site_role: str | None = None) -> list[str]:
    """Run every migration not yet run, each whole or not at all, and grant `site_role` its rights.

    Answers the ids of those that it ran. Whoever calls at the same time waits and then finds nothing to do.
    Raises WrongDeployment when the database was made for another `env`, DatabaseGone when nothing answers.
    """
    async with as_owner(owner_url) as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        async with DB.transaction_on(connection):
            await Migration.create_table(if_not_exists=True)
            missing = await pending()
        for name in missing:
            async with DB.transaction_on(connection):
                await run_forwards(migrations()[name])
                await Migration.insert(Migration(name=name, app_name=APP))
        async with DB.transaction_on(connection):
            await remember_env(env)
            if site_role:
                await grant(site_role)
    return missing


async def run_forwards(migration: ModuleType) -> None:
    """Run one migration on the current transaction, without Piccolo's prints."""
    changes = await migration.forwards()
    if isinstance(changes, MigrationManager):
        with redirect_stdout(io.StringIO()):
            await changes.run()


def migrations() -> dict[str, ModuleType]:
    """The migrations in db/migrations/ by their id, oldest first."""
    names = [found.name for found in pkgutil.iter_modules([str(Path(__file__).parent / "migrations")])]
    modules = [importlib.import_module(f"db.migrations.{name}") for name in sorted(names)]
    return {module.ID: module for module in sorted(modules, key=lambda module: str(module.ID))}


async def pending() -> list[str]:
    """The ids of the migrations that the current database still misses, oldest first."""
    try:
        rows = await run("SELECT name FROM migration WHERE app_name = $1", APP)
    except asyncpg.UndefinedTableError:
        rows = []
    done = {str(row["name"]) for row in rows}
    return [name for name in migrations() if name not in done]


async def remember_env(env: str) -> None:
    """Note for whom a new database was made. Raises WrongDeployment when it was made for another."""
    if not await run("SELECT 1 FROM deployment"):
        await run("INSERT INTO deployment (env) VALUES ($1)", env)
    await demand_env(env)


async def demand_env(env: str) -> None:
    """Raises WrongDeployment when the current database was made for another KITH_ENV, or for none yet."""
    try:
        rows = await run("SELECT env FROM deployment")
    except asyncpg.UndefinedTableError:
        rows = []
    if not rows:
        raise WrongDeployment("The database has no tables yet. Run: kith migrate")
    if rows[0]["env"] != env:
        raise WrongDeployment(f"This database was made for KITH_ENV={rows[0]['env']}, not {env}.")


def role_of(url: str) -> str | None:
    """The role that the address `url` connects as."""
    return unquote(urlsplit(url).username or "") or None


async def grant(site_role: str) -> None:
    """Give `site_role` what the site needs on the tables of today, and nothing that could rewrite the trail."""
    role = '"' + site_role.replace('"', '""') + '"'
    rows = await run("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    for table in (str(row["tablename"]) for row in rows):
        await run(f'REVOKE ALL ON "{table}" FROM {role}')
        await run(f'GRANT {RIGHTS.get(table, EVERYTHING)} ON "{table}" TO {role}')
    await run(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
