"""What the database holds, as a number for each table: two that are equal say that nothing was written between."""

from db.engine import run

READING_WRITES = {"event", "session", "attempt"}
"""Tables that a mere visit writes: the trail, when a session was last seen, rations."""


async def fingerprint(*, without: set[str] = READING_WRITES) -> dict[str, int]:
    """For each table but those `without`, the sum of its rows' hashes."""
    tables = await run("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    names = [row["name"] for row in tables if row["name"] not in without]
    sums = " UNION ALL ".join(
        f"SELECT '{name}' AS name, count(*) + coalesce(sum(hashtextextended(t::text, 0) / 1000000), 0) AS hash"
        f" FROM {name} t"
        for name in names
    )
    return {row["name"]: int(row["hash"]) for row in await run(sums)}


async def written() -> set[str]:
    """How often each table was written to in this transaction, taken back or not: the same answer twice says, in a
    fiftieth of the time of two fingerprints, that nothing was written between."""
    rows = await run(
        "SELECT relname || n_tup_ins || ' ' || n_tup_upd || ' ' || n_tup_del AS count FROM pg_stat_xact_user_tables"
        " WHERE schemaname = 'public' AND relname <> ALL ($1)",
        sorted(READING_WRITES),
    )
    return {row["count"] for row in rows}
