"""What `kith doctor` asks a database: is it new enough, ours, up to date, and may each role do what it should."""

from collections.abc import AsyncIterator

import asyncpg

from db.engine import DB, run
from db.gone import again_while_gone
from db.migrate import WrongDeployment, demand_env, pending

OLDEST = 150000
MUST_NOT = (("event", "UPDATE"), ("event", "DELETE"), ("event", "TRUNCATE"))
MUST = (("event", "INSERT"), ("account", "UPDATE"), ("session", "DELETE"))
Finding = tuple[bool, str]


async def inspect(database_url: str, owner_database_url: str | None, env: str) -> AsyncIterator[Finding]:
    """Findings one by one: whether it is well, and a line that says what was looked at or what to do."""
    async for finding in as_role(database_url, "KITH_DATABASE_URL", env, site=True):
        yield finding
    if owner_database_url:
        async for finding in as_role(owner_database_url, "KITH_OWNER_DATABASE_URL", env, site=False):
            yield finding


async def as_role(url: str, variable: str, env: str, *, site: bool) -> AsyncIterator[Finding]:
    """The findings of one role."""
    try:
        connection = await again_while_gone(lambda: asyncpg.connect(url, timeout=5), patience=1)
    except Exception as error:  # noqa: BLE001 - whatever keeps it from connecting is the finding
        cause = error.__cause__ or error
        yield False, f"{variable}: cannot connect ({type(cause).__name__}: {str(cause).splitlines()[0]})"
        return
    try:
        async with DB.transaction_on(connection):
            findings = [*await version(variable), *await deployment(env)]
            if not any(not well for well, _ in findings):
                findings += await (rights() if site else ownership())
    finally:
        await connection.close()
    for finding in findings:
        yield finding


async def version(variable: str) -> list[Finding]:
    rows = await run(
        "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS v"
    )
    new_enough = int(rows[0]["number"]) >= OLDEST
    return [
        (new_enough, f"{variable}: PostgreSQL {rows[0]['v']}" + ("" if new_enough else ", but Kith needs 15 or newer"))
    ]


async def deployment(env: str) -> list[Finding]:
    if not (await run("SELECT to_regclass('migration') AS found"))[0]["found"]:
        return [(False, "The database has no tables yet. Run: kith migrate")]
    missing = await pending()
    if missing:
        return [(False, f"Migrations not yet run: {', '.join(missing)}. Run: kith migrate")]
    try:
        await demand_env(env)
    except WrongDeployment as error:
        return [(False, str(error))]
    return [(True, f"The tables are up to date, for KITH_ENV={env}")]


async def rights() -> list[Finding]:
    """That the site's role may do its work and cannot rewrite the trail."""
    lacking = [f"{right} on {table}" for table, right in MUST if not await may(table, right)]
    excess = [f"{right} on {table}" for table, right in MUST_NOT if await may(table, right)]
    findings = [(False, f"The site's role lacks {', '.join(lacking)}. Run: kith migrate")] if lacking else []
    if excess:
        findings.append((False, f"The site's role may {', '.join(excess)}: the trail could be rewritten"))
    return findings or [(True, "The site's role may write the trail and cannot change it")]


async def ownership() -> list[Finding]:
    rows = await run("SELECT tableowner = current_user AS ours FROM pg_tables WHERE tablename = 'event'")
    ours = bool(rows and rows[0]["ours"])
    return [(ours, "The owner's role owns the tables" if ours else "The owner's role does not own the tables")]


async def may(table: str, right: str) -> bool:
    rows = await run("SELECT has_table_privilege(current_user, $1, $2) AS may", table, right)
    return bool(rows[0]["may"])
