"""What practices keep of the cast's patients beyond the demo: something of each kind for each, so that a canary can
take its place. Nothing here is made by the product's operations: their own tests do that."""

from uuid import UUID

from db.engine import run
from domain import clock

NAMES = "'Mina', 'Leo', 'Ivy', 'Theo', 'Jun', 'Nadia', 'Owen', 'Ana'"
CAST = f"p.first_name IN ({NAMES}) AND p.email NOT LIKE 'p%@patients%'"
OWNER = "(SELECT account FROM member m WHERE m.practice = p.practice AND m.owner LIMIT 1)"
OTHER = "(SELECT id FROM member m WHERE m.practice = p.practice AND m.role_type = 'Practitioner' AND m.active"
NOW = "$1::timestamptz"
LATER = f"{NOW} + interval '14 days'"
_ROWS = (
    f"""INSERT INTO invitation (id, practice, patient, email, email_key, message, state, failure, sent_by, created_at,
            sent_at, expires_at)
        SELECT gen_random_uuid(), p.practice, p.id, 'x', 'x', 'Come', s.state, s.failure, {OWNER}, {NOW}, {NOW}, {LATER}
        FROM patient p CROSS JOIN (VALUES ('Pending', NULL), ('Undeliverable', 'No such box')) s (state, failure)
        WHERE {CAST} AND (s.state <> 'Pending' OR p.first_name NOT IN ('Nadia', 'Ana')) ON CONFLICT DO NOTHING""",
    f"""INSERT INTO account (id, email, email_key, name, password_hash, created_at)
        VALUES (gen_random_uuid(), 'dora@example.com', 'dora@example.com', 'Dora Silva', '-', {NOW})""",
    f"""INSERT INTO portal (id, name, email, created_by, created_at)
        SELECT gen_random_uuid(), 'Beto Silva', '', a.id, {NOW} FROM account a WHERE a.name = 'Dora Silva'""",
    f"""UPDATE patient SET portal = (SELECT id FROM portal WHERE name = 'Beto Silva') WHERE first_name = 'Beto'
        AND created_at <= {NOW}""",
    f"""INSERT INTO access (id, account, portal, asked_by, name, relationship, level, role, status, basis, asked_at,
            expires_at)
        SELECT gen_random_uuid(), p.created_by, p.id, p.created_by, p.name, 'Child', 'Clinical', 'Edit', 'Current',
            'Parental responsibility, self-declared', {NOW}, {NOW} FROM portal p WHERE p.name = 'Beto Silva'""",
    f"""INSERT INTO guardian_confirmation (id, practice, patient, access, state, asked_at)
        SELECT gen_random_uuid(), p.practice, p.id, a.id, 'Waiting', {NOW} FROM patient p
        JOIN access a ON a.portal = p.portal WHERE p.first_name IN ('Beto', 'Ivy') ON CONFLICT DO NOTHING""",
    f"""INSERT INTO note (id, practice, patient, author, words, shared, written_at, shared_at)
        SELECT gen_random_uuid(), p.practice, p.id, a.author, 'Well', s.shared, {NOW}, CASE WHEN s.shared THEN {NOW} END
        FROM patient p CROSS JOIN (VALUES (true), (false)) s (shared) CROSS JOIN LATERAL
        (SELECT p.practitioner AS author UNION {OTHER} AND m.id <> p.practitioner LIMIT 1)) a WHERE {CAST}""",
    f"""INSERT INTO patient_update (id, practice, patient, portal, account, state, changed_at)
        SELECT gen_random_uuid(), p.practice, p.id, p.portal, coalesce(o.owner, o.created_by), s.state, {NOW}
        FROM patient p JOIN portal o ON o.id = p.portal CROSS JOIN (VALUES ('Waiting'), ('Decided')) s (state)
        WHERE {CAST} ON CONFLICT DO NOTHING""",
    f"""INSERT INTO patient_update_field (id, patient_update, field, before, after, account, changed_at, state, reason)
        SELECT gen_random_uuid(), u.id, f.field, 'old', 'new', u.account, {NOW},
            CASE u.state WHEN 'Waiting' THEN 'Waiting' ELSE 'Rejected' END, 'Why'
        FROM patient_update u CROSS JOIN (VALUES ('phone'), ('address')) f (field)""",
    f"""INSERT INTO notification (id, practice, kind, patient, subject, created_at)
        SELECT gen_random_uuid(), p.practice, k.kind, p.id, gen_random_uuid(), {NOW} FROM patient p
        CROSS JOIN (VALUES ('invitation-accepted'), ('update-waiting')) k (kind) WHERE {CAST}""",
    f"""INSERT INTO communication_template (id, practice, name, body, created_at)
        SELECT gen_random_uuid(), id, 'Nurse Nell', 'Come', {NOW} FROM practice""",
    f"""INSERT INTO patient_upload (id, practice, account, file_name, content, state, uploaded_at)
        SELECT gen_random_uuid(), m.practice, m.account, 'a.csv', 'first_name,last_name', 'Read', {NOW}
        FROM member m WHERE m.owner""",
    f"""INSERT INTO member (id, practice, name, email, email_key, role_type, level, active, asked_by, created_at,
            expires_at, declined_at)
        SELECT gen_random_uuid(), m.practice, 'Nell', s.email, s.email, 'Practitioner', 'Clinical Access', false,
            m.account, {NOW}, {LATER}, CASE WHEN s.declined THEN {NOW} END
        FROM member m CROSS JOIN (VALUES ('a', true), ('b', false)) s (email, declined) WHERE m.owner""",
    f"""INSERT INTO member (id, practice, account, name, email, email_key, role_type, level, active, created_at,
            accepted_at)
        SELECT gen_random_uuid(), m.practice, a.id, a.name, a.email, a.email_key, 'Practitioner', 'Clinical Access',
            false, {NOW}, {NOW} FROM member m JOIN account a ON a.email = 'rosa@example.com' WHERE m.owner""",
    f"""INSERT INTO notification (id, practice, kind, member, subject, created_at)
        SELECT gen_random_uuid(), practice, 'member-declined', id, id, {NOW} FROM member
        WHERE declined_at IS NOT NULL""",
)


_REPORTS = (
    f"""INSERT INTO report (id, practice, account, type, name, shared, created_at, changed_at)
        SELECT gen_random_uuid(), m.practice, m.account, 'Case Load', s.name, s.shared, {NOW}, {NOW}
        FROM member m CROSS JOIN (VALUES ('', false), ('Mine', false), ('Ours', true)) s (name, shared)
        WHERE m.active AND m.account IS NOT NULL AND coalesce(m.id = $2::uuid, true)""",
    f"""INSERT INTO bulk_invitation (id, practice, account, report, message, created_at, held_until)
        SELECT gen_random_uuid(), r.practice, r.account, r.id, 'Come', {NOW}, {NOW} + interval '2 minutes'
        FROM report r JOIN member m ON m.account = r.account AND m.practice = r.practice
        WHERE r.name = '' AND coalesce(m.id = $2::uuid, true)""",
    f"""INSERT INTO bulk_invitation_patient (id, bulk_invitation, patient, outcome, reason, email)
        SELECT gen_random_uuid(), b.id, p.id, o.outcome, CASE o.outcome WHEN 'Failed' THEN 'Full' ELSE '' END, 'x'
        FROM bulk_invitation b JOIN patient p ON p.practice = b.practice CROSS JOIN LATERAL (SELECT
        CASE p.first_name WHEN 'Owen' THEN 'Failed' WHEN 'Ana' THEN 'Waiting' WHEN 'Nadia' THEN 'Sent'
        ELSE 'Already has a portal' END AS outcome) o JOIN member m ON m.account = b.account AND m.practice = b.practice
        WHERE {CAST} AND {NOW} IS NOT NULL AND coalesce(m.id = $2::uuid, true)""",
)
_GROUPED = (
    f"""INSERT INTO tag (id, practice, name, name_key) SELECT gen_random_uuid(), p.practice, 'Of ' || p.first_name,
        'of ' || p.first_name FROM patient p WHERE {CAST} AND {NOW} IS NOT NULL""",
    f"""INSERT INTO patient_tag (id, patient, tag) SELECT gen_random_uuid(), p.id, t.id FROM patient p JOIN tag t
        ON t.practice = p.practice AND t.name = 'Of ' || p.first_name WHERE {CAST} AND {NOW} IS NOT NULL""",
    f"""INSERT INTO family_invitation (id, practice, email, email_key, message, sent_by, created_at, sent_at,
            expires_at) SELECT gen_random_uuid(), p.id, 'x', 'x', 'Come', m.account, {NOW}, {NOW}, {LATER}
        FROM practice p JOIN member m ON m.practice = p.id AND m.owner""",
    f"""UPDATE invitation SET family = (SELECT f.id FROM family_invitation f WHERE f.practice = invitation.practice)
        WHERE state = 'Undeliverable' AND {NOW} IS NOT NULL""",
)


async def reports(member: UUID | None = None) -> None:
    """Gives a member, or everybody, a report that is not saved, one saved alone and one shared, and many patients whom
    they have invited at once."""
    for row in _REPORTS:
        await run(row, clock.now(), member)


async def furnish() -> None:
    """Writes all of it, for the practices that are there."""
    more = "preferred_name = 'Nick', emergency_name = 'Kin', emergency_phone = '1'"
    await run(f"UPDATE patient p SET {more} WHERE {CAST}")
    for row in (*_ROWS, *_GROUPED):
        await run(row, clock.now())
    await reports()
