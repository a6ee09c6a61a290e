"""Migrations run forward over a database that is in use, and lose no row."""

from collections.abc import Iterator

import asyncpg
import pytest

from db import migrate as migrating
from db.embedded import Embedded, temporary
from db.keys import patient_keys
from db.migrate import as_owner, migrate

FILLED = """
INSERT INTO account (id, email, email_key, name, password_hash, created_at)
    SELECT gen_random_uuid(), 'P' || n || '@example.com', 'p' || n || '@example.com', 'Person ' || n, '-', now()
    FROM generate_series(1, 40) n;
INSERT INTO practice (id, slug, name, timezone, created_at)
    SELECT gen_random_uuid(), 'practice-' || n, 'Practice ' || n, 'Australia/Sydney', now()
    FROM generate_series(1, 2) n;
INSERT INTO member (id, practice, account, role_type, level, owner, read_only, hides_names, active, created_at)
    SELECT gen_random_uuid(), p.id, a.id, 'Practitioner', 'Clinical Access', a.email = 'P1@example.com',
        true, true, a.email <> 'P2@example.com', now()
    FROM practice p, account a WHERE a.email IN ('P1@example.com', 'P2@example.com', 'P3@example.com');
INSERT INTO portal (id, owner, name, created_by, created_at)
    SELECT gen_random_uuid(), CASE WHEN a.email <> 'P9@example.com' THEN a.id END, a.name, a.id, now() FROM account a;
INSERT INTO access (id, account, portal, asked_by, name, relationship, level, role, status, basis, asked_at, expires_at)
    SELECT gen_random_uuid(), a.id, p.id, a.id, p.name, 'Child', 'Clinical', 'Edit', 'Current', 'parental', now(), now()
    FROM account a JOIN portal p ON p.created_by = a.id WHERE a.email = 'P9@example.com';
INSERT INTO patient (id, practice, practitioner, first_name, last_name, preferred_name, email, phone, created_at)
    SELECT gen_random_uuid(), p.id, (SELECT id FROM member m WHERE m.practice = p.id ORDER BY id LIMIT 1),
        'Zoë ' || n, 'Núñez', 'Zo', 'Z' || n || '@Example.com', '02 ' || n, now()
    FROM practice p, generate_series(1, 6000) n;
UPDATE patient SET portal = (SELECT id FROM portal WHERE name = 'Person 9') WHERE first_name = 'Zoë 1';
INSERT INTO invoice (id, practice, patient, number, issued_on, due_on, total)
    SELECT gen_random_uuid(), practice, id, row_number() OVER (PARTITION BY practice ORDER BY id), '2026-01-01',
        '2026-01-15', 80 FROM patient;
INSERT INTO event (seq, kind, at, hash) SELECT 0, 'old:event', now(), '' FROM generate_series(1, 100);
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with temporary() as embedded:
        yield embedded


async def counts(connection: asyncpg.Connection) -> dict[str, int]:
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    names = [str(row["tablename"]) for row in tables if row["tablename"] != "migration"]
    return {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for name in names}


async def test_the_practices_side_comes_to_a_full_database(server: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    every = migrating.migrations()
    first = dict(list(every.items())[:1])
    monkeypatch.setattr(migrating, "migrations", lambda: first)
    assert await migrate(server.owner_database_url, "test") == list(first)
    async with as_owner(server.owner_database_url) as connection:
        await connection.execute(FILLED)
        before = await counts(connection)
        kept = await connection.fetch("SELECT id, first_name, last_name, email, phone FROM patient ORDER BY id")
        monkeypatch.undo()
        assert await migrate(server.owner_database_url, "test") == list(every)[1:]
        after = await counts(connection)
        assert {name: after[name] for name in before} == before
        assert before["patient"] == 12_000
        assert await connection.fetch("SELECT id, first_name, last_name, email, phone FROM patient ORDER BY id") == kept
        await _everything_is_filled_in(connection)


async def _everything_is_filled_in(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch("SELECT * FROM patient")
    assert len({(row["practice"], row["code"]) for row in rows}) == len(rows)
    assert all({**row, **patient_keys(row)} == dict(row) for row in rows)
    assert await connection.fetchval("SELECT count(*) FROM invoice WHERE practitioner IS NULL") == 0
    members = await connection.fetch("SELECT * FROM member ORDER BY email")
    assert {(m["email"], m["level"], m["read_only"], m["hides_names"], m["active"]) for m in members} == {
        ("P1@example.com", "Full Access", False, False, True),
        ("P2@example.com", "Clinical Access", True, True, False),
        ("P3@example.com", "Clinical Access", True, True, True),
    }
    assert all(member["accepted_at"] and member["email_key"] == member["email"].lower() for member in members)
    assert await connection.fetchval("SELECT count(*) FROM guardian_confirmation WHERE state = 'Confirmed'") == 2
    settings = await connection.fetch("SELECT DISTINCT invitations, updates, note_sharing FROM practice")
    assert [tuple(row) for row in settings] == [(True, "Require approval", False)]
