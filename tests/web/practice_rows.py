"""What practices keep of the cast's patients beyond the demo: something of every kind for each, so that a canary can take
its place. Nothing here is made by the product's operations: their own tests do that."""

from db.engine import run
from domain import clock

CAST = (
    "p.first_name IN ('Mina', 'Leo', 'Ivy', 'Theo', 'Jun', 'Nadia', 'Owen', 'Ana') AND p.email NOT LIKE 'p%@patients%'"
)
OWNER = "(SELECT account FROM member m WHERE m.practice = p.practice AND m.owner LIMIT 1)"
OTHER = "(SELECT id FROM member m WHERE m.practice = p.practice AND m.role_type = 'Practitioner' AND m.active"
_ROWS = (
    f"""INSERT INTO invitation (id, practice, patient, email, email_key, message, state, failure, sent_by, created_at,
        sent_at, expires_at) SELECT gen_random_uuid(), p.practice, p.id, 'x', 'x', 'Come', s.state, s.failure, {OWNER},
        $1::timestamptz, $1::timestamptz, $1::timestamptz + interval '14 days'
        FROM patient p CROSS JOIN (VALUES ('Pending', NULL), ('Undeliverable', 'No such box')) s (state, failure)
        WHERE {CAST} ON CONFLICT DO NOTHING""",
    f"""INSERT INTO note (id, practice, patient, author, words, shared, written_at, shared_at)
        SELECT gen_random_uuid(), p.practice, p.id, a.author, 'Well', s.shared, $1::timestamptz, CASE WHEN s.shared THEN $1::timestamptz END
        FROM patient p CROSS JOIN (VALUES (true), (false)) s (shared) CROSS JOIN LATERAL
        (SELECT p.practitioner AS author UNION {OTHER} AND m.id <> p.practitioner LIMIT 1)) a WHERE {CAST}""",
    f"""INSERT INTO patient_update (id, practice, patient, portal, account, state, changed_at)
        SELECT gen_random_uuid(), p.practice, p.id, p.portal, coalesce(o.owner, o.created_by), s.state, $1::timestamptz
        FROM patient p JOIN portal o ON o.id = p.portal CROSS JOIN (VALUES ('Waiting'), ('Decided')) s (state)
        WHERE {CAST} ON CONFLICT DO NOTHING""",
    """INSERT INTO patient_update_field (id, patient_update, field, before, after, account, changed_at, state, reason)
        SELECT gen_random_uuid(), u.id, f.field, 'old', 'new', u.account, $1::timestamptz, s.state, 'Why'
        FROM patient_update u CROSS JOIN (VALUES ('phone'), ('address')) f (field)
        CROSS JOIN LATERAL (SELECT CASE u.state WHEN 'Waiting' THEN 'Waiting' ELSE 'Rejected' END AS state) s""",
    f"""INSERT INTO notification (id, practice, kind, patient, subject, created_at)
        SELECT gen_random_uuid(), p.practice, k.kind, p.id, gen_random_uuid(), $1::timestamptz FROM patient p
        CROSS JOIN (VALUES ('invitation-accepted'), ('update-waiting')) k (kind) WHERE {CAST}""",
    """INSERT INTO communication_template (id, practice, name, body, created_at)
        SELECT gen_random_uuid(), id, 'Welcome', 'Come', $1::timestamptz FROM practice""",
    """INSERT INTO patient_upload (id, practice, account, file_name, content, state, uploaded_at)
        SELECT gen_random_uuid(), m.practice, m.account, 'a.csv', 'first_name,last_name', 'Read', $1::timestamptz
        FROM member m WHERE m.owner""",
    """INSERT INTO member (id, practice, name, email, email_key, role_type, level, active, asked_by, created_at,
        expires_at, declined_at) SELECT gen_random_uuid(), m.practice, 'Nell', s.email, s.email, 'Practitioner',
        'Clinical Access', false, m.account, $1::timestamptz, $1::timestamptz + interval '14 days', CASE WHEN s.declined THEN $1::timestamptz END
        FROM member m CROSS JOIN (VALUES ('a', true), ('b', false)) s (email, declined) WHERE m.owner""",
    """INSERT INTO notification (id, practice, kind, member, subject, created_at)
        SELECT gen_random_uuid(), practice, 'member-declined', id, id, $1::timestamptz FROM member WHERE declined_at IS NOT NULL""",
)  # fmt: skip


async def furnish() -> None:
    """Writes all of it, for the practices that are there."""
    await run(
        f"UPDATE patient p SET preferred_name = 'Nick', emergency_name = 'Kin', emergency_phone = '1' WHERE {CAST}"
    )
    for row in _ROWS:
        await run(row, clock.now())
