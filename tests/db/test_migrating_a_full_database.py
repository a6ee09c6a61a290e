"""Migrations run forward over a database that is in use, and lose no row."""

from collections.abc import Iterator
from typing import Any

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


FILLED_SINCE = """
UPDATE patient SET city = (ARRAY['', 'Sydney', 'sydney ', 'São Paulo', 'İzmir'])[1 + right(first_name, 1)::int % 5],
    emergency_name = 'Somebody', version = 3;
UPDATE patient SET deceased_on = '2026-01-01' WHERE first_name LIKE '%7';
INSERT INTO member (id, practice, name, email, email_key, role_type, level, owner, read_only, hides_names, active,
        created_at, asked_by, expires_at)
    SELECT gen_random_uuid(), p.id, 'Asked', 'asked@example.com', 'asked@example.com', 'Administrator',
        'Personal Access', false, true, true, false, now(), a.id, now()
    FROM practice p, account a WHERE a.email = 'P1@example.com';
INSERT INTO member_view (id, member, practitioner) SELECT gen_random_uuid(), m.id, w.id
    FROM member m JOIN member w ON w.practice = m.practice AND w.owner WHERE m.name = 'Asked';
INSERT INTO communication_template (id, practice, name, body, created_at)
    SELECT gen_random_uuid(), id, 'Welcome', 'Hello [Patient First Name]', now() FROM practice;
INSERT INTO invitation (id, practice, patient, email, email_key, message, state, failure, tries, link_version, sent_by,
        created_at, sent_at, expires_at, used_at, cancelled_at, accepted_by, portal)
    SELECT gen_random_uuid(), p.practice, p.id, p.email, p.email_key, 'Hello', s.state,
        CASE s.state WHEN 'Undeliverable' THEN '550' END, 2, 4, a.id, now(), now(), now(),
        CASE s.state WHEN 'Accepted' THEN now() END, CASE s.state WHEN 'Cancelled' THEN now() END,
        CASE s.state WHEN 'Accepted' THEN a.id END, CASE s.state WHEN 'Accepted' THEN o.id END
    FROM patient p, account a, portal o, unnest(ARRAY['Pending', 'Accepted', 'Expired', 'Cancelled', 'Undeliverable',
        'Locked']) AS s (state) WHERE a.email = 'P1@example.com' AND o.name = 'Person 9' AND p.first_name LIKE '%3';
INSERT INTO mail (id, kind, subject, recipient, key, created_at, due_at, sent_at)
    SELECT gen_random_uuid(), 'invitation', id, email, id::text, now(), now(),
        CASE WHEN state <> 'Pending' THEN now() END FROM invitation;
INSERT INTO patient_update (id, practice, patient, portal, account, state, changed_at)
    SELECT gen_random_uuid(), p.practice, p.id, o.id, a.id, 'Waiting', now() FROM patient p, portal o, account a
    WHERE p.first_name LIKE '%42' AND o.name = 'Person 9' AND a.email = 'P9@example.com';
INSERT INTO patient_update_field (id, patient_update, field, before, after, account, changed_at, state)
    SELECT gen_random_uuid(), id, 'city', 'Sydney', 'Glebe', account, now(), 'Waiting' FROM patient_update;
INSERT INTO note (id, practice, patient, author, words, written_at)
    SELECT gen_random_uuid(), p.practice, p.id, p.practitioner, 'Some words', now() FROM patient p
    WHERE p.first_name LIKE '%5';
INSERT INTO notification (id, practice, kind, patient, subject, created_at)
    SELECT gen_random_uuid(), practice, 'update', patient, id, now() FROM patient_update;
INSERT INTO patient_revocation (id, patient, member, revoked_by, revoked_at)
    SELECT gen_random_uuid(), p.id, m.id, a.id, now() FROM patient p JOIN member m ON m.practice = p.practice
    JOIN account a ON a.email = 'P1@example.com' WHERE p.first_name LIKE '%99' AND m.email = 'P3@example.com';
INSERT INTO event (seq, kind, at, hash) SELECT 0, 'newer:event', now(), '' FROM generate_series(1, 100);
"""
"""What the practice's side keeps, as its migration made the tables."""


@pytest.fixture
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


async def test_reports_come_to_a_database_full_of_the_practices_side(
    server: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrating.migrations()
    for some in (1, 2):
        until = dict(list(every.items())[:some])
        monkeypatch.setattr(migrating, "migrations", lambda until=until: until)
        await migrate(server.owner_database_url, "test")
        async with as_owner(server.owner_database_url) as connection:
            await connection.execute(FILLED if some == 1 else FILLED_SINCE)
    monkeypatch.undo()
    async with as_owner(server.owner_database_url) as connection:
        before, kept = await counts(connection), await everything(connection)
        assert before["invitation"] == 6 * 1_200
        assert all(before[name] for name in kept)
        assert await migrate(server.owner_database_url, "test") == list(every)[2:]
        after, now = await counts(connection), await everything(connection)
        assert {name: after[name] for name in before} == before
        for name, rows in kept.items():
            assert [{column: row[column] for column in old} for old, row in zip(rows, now[name], strict=True)] == rows
        assert not any(after[name] for name in after.keys() - before)
        await _what_is_new_is_filled_in(connection)
        await _what_was_refused_still_is(connection)


async def everything(connection: asyncpg.Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of what the practice's side has, and of the trail."""
    names = (
        *("patient", "member", "member_view", "invitation", "mail", "patient_update", "patient_update_field", "note"),
        *("notification", "patient_revocation", "communication_template", "guardian_confirmation", "practice"),
    )
    found = {name: await connection.fetch(f"SELECT * FROM {name} ORDER BY id") for name in names}
    found["event"] = await connection.fetch("SELECT * FROM event ORDER BY seq")
    return {name: [dict(row) for row in rows] for name, rows in found.items()}


async def _what_is_new_is_filled_in(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch("SELECT * FROM patient")
    assert {row["city_key"] for row in rows} == {"", "sydney", "sao paulo", "izmir"}
    assert all({**row, **patient_keys(row)} == dict(row) for row in rows)
    assert all(row["active"] for row in rows)
    assert await connection.fetchval("SELECT count(*) FROM mail WHERE bulk") == 0
    invitations = await connection.fetch("SELECT DISTINCT family, declined_at FROM invitation")
    assert [tuple(row) for row in invitations] == [(None, None)]


async def _what_was_refused_still_is(connection: asyncpg.Connection) -> None:
    """The rules of the tables that were changed, old and new."""
    refused = {
        "UPDATE invitation SET state = 'Pending', used_at = NULL WHERE state IN ('Pending', 'Locked')": "one_open",
        "UPDATE invitation SET state = 'Sent'": "invitation_state_check",
        "UPDATE invitation SET used_at = now() WHERE state = 'Expired'": "invitation_accepted_whole",
        "UPDATE invitation SET state = 'Declined' WHERE state = 'Pending'": "invitation_declined_whole",
        "UPDATE patient SET code = 'KT000001'": "patient_code_once",
        "UPDATE member SET owner = true": "member_owner_is_whole",
        "UPDATE patient_update SET patient = (SELECT id FROM patient LIMIT 1)": "one_waiting",
    }
    for sql, rule in refused.items():
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=rule):
            await connection.execute(sql)
    with pytest.raises(asyncpg.PostgresError):
        await connection.execute("DELETE FROM event")
    seq, many = await connection.fetchrow("SELECT max(seq), count(*) FROM event")
    assert seq == many == 200
    await connection.execute("INSERT INTO event (seq, kind, at, hash) VALUES (0, 'last:event', now(), '')")
    assert await connection.fetchval("SELECT max(seq) FROM event") == 201
