"""The practice's side: settings, members and what each may see, invitations, updates, notes, notifications."""

from random import SystemRandom
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.engine import DB
from db.keys import patient_keys

ID = "2026-11-21T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The practice's side"
KEYS = ("last_key", "first_key", "preferred_key", "email_key", "phone_key")
"""Those that there were then."""

SETTINGS = """
ALTER TABLE practice
    ADD COLUMN invitations boolean NOT NULL DEFAULT true,
    ADD COLUMN updates text NOT NULL DEFAULT 'Require approval'
        CHECK (updates IN ('Auto update', 'Require approval', 'Disabled')),
    ADD COLUMN note_sharing boolean NOT NULL DEFAULT false,
    ADD COLUMN settings_version integer NOT NULL DEFAULT 1;
"""

MEMBERS = """
ALTER TABLE member
    ALTER COLUMN account DROP NOT NULL,
    ADD COLUMN name text NOT NULL DEFAULT '',
    ADD COLUMN email text NOT NULL DEFAULT '',
    ADD COLUMN email_key text NOT NULL DEFAULT '',
    ADD COLUMN calendars text NOT NULL DEFAULT 'all' CHECK (calendars IN ('all', 'own', 'none')),
    ADD COLUMN invoices text NOT NULL DEFAULT 'all' CHECK (invoices IN ('all', 'own', 'none')),
    ADD COLUMN profiles text NOT NULL DEFAULT 'all' CHECK (profiles IN ('all', 'own', 'none')),
    ADD COLUMN financial_reports text NOT NULL DEFAULT 'all' CHECK (financial_reports IN ('all', 'own', 'none')),
    ADD COLUMN has_calendar boolean NOT NULL DEFAULT true,
    ADD COLUMN has_patients boolean NOT NULL DEFAULT true,
    ADD COLUMN has_invoices boolean NOT NULL DEFAULT true,
    ADD COLUMN has_reports boolean NOT NULL DEFAULT true,
    ADD COLUMN has_invitations boolean NOT NULL DEFAULT true,
    ADD COLUMN viewing uuid REFERENCES member ON DELETE RESTRICT,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN link_version integer NOT NULL DEFAULT 1,
    ADD COLUMN asked_by uuid REFERENCES account ON DELETE RESTRICT,
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN accepted_at timestamptz,
    ADD COLUMN declined_at timestamptz,
    ADD COLUMN undelivered_at timestamptz,
    ADD COLUMN deactivated_at timestamptz,
    ADD COLUMN deactivated_by uuid REFERENCES account ON DELETE RESTRICT;
UPDATE member SET accepted_at = member.created_at, name = account.name, email = account.email,
    email_key = account.email_key FROM account WHERE account.id = member.account;
UPDATE member SET level = 'Full Access', read_only = false, hides_names = false WHERE owner;
ALTER TABLE member
    ADD CONSTRAINT member_accepted_has_account CHECK (accepted_at IS NULL OR account IS NOT NULL),
    ADD CONSTRAINT member_active_has_accepted CHECK (NOT active OR accepted_at IS NOT NULL),
    ADD CONSTRAINT member_owner_is_whole
        CHECK (NOT owner OR (level = 'Full Access' AND NOT read_only AND NOT hides_names));
CREATE UNIQUE INDEX member_one_asking ON member (practice, email_key) WHERE accepted_at IS NULL AND declined_at IS NULL;
CREATE INDEX member_email_key ON member (email_key);
CREATE TABLE member_view (
    id uuid PRIMARY KEY,
    member uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    practitioner uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    UNIQUE (member, practitioner)
);
"""

PATIENTS = """
ALTER TABLE patient
    ADD COLUMN emergency_name text NOT NULL DEFAULT '',
    ADD COLUMN emergency_phone text NOT NULL DEFAULT '',
    ADD COLUMN code text COLLATE "C",
    ADD COLUMN last_key text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN first_key text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN preferred_key text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN email_key text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN phone_key text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN version integer NOT NULL DEFAULT 1;
"""
PATIENTS_KEYED = """
ALTER TABLE patient
    ALTER COLUMN code SET NOT NULL,
    ADD CONSTRAINT patient_code_is_one CHECK (code ~ '^KT[0-9]{6}$'),
    ADD CONSTRAINT patient_code_once UNIQUE (practice, code);
CREATE INDEX patient_last_key ON patient (practice, last_key, id);
CREATE INDEX patient_first_key ON patient (practice, first_key, id);
CREATE INDEX patient_with_portal ON patient (practice, last_key, id) WHERE portal IS NOT NULL;
CREATE INDEX patient_deceased ON patient (practice, last_key, id) WHERE deceased_on IS NOT NULL;
CREATE INDEX patient_preferred_key ON patient (practice, preferred_key) WHERE preferred_key <> '';
CREATE INDEX patient_email_key ON patient (practice, email_key) WHERE email_key <> '';
CREATE INDEX patient_phone_key ON patient (practice, phone_key) WHERE phone_key <> '';
CREATE INDEX patient_practitioner ON patient (practitioner, last_key, id);
CREATE INDEX appointment_practitioner ON appointment (practitioner, patient);
CREATE TABLE patient_revocation (
    id uuid PRIMARY KEY,
    patient uuid NOT NULL REFERENCES patient ON DELETE CASCADE,
    member uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    revoked_by uuid NOT NULL REFERENCES account ON DELETE RESTRICT,
    revoked_at timestamptz NOT NULL,
    UNIQUE (patient, member)
);
CREATE INDEX patient_revocation_member ON patient_revocation (member);
CREATE TABLE patient_upload (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE CASCADE,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    file_name text NOT NULL,
    content bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('Read', 'Waiting', 'Running', 'Done', 'Failed')),
    rows integer NOT NULL DEFAULT 0,
    done integer NOT NULL DEFAULT 0,
    created integer NOT NULL DEFAULT 0,
    updated integer NOT NULL DEFAULT 0,
    unchanged integer NOT NULL DEFAULT 0,
    refused integer NOT NULL DEFAULT 0,
    faults text NOT NULL DEFAULT '[]',
    uploaded_at timestamptz NOT NULL,
    claim uuid,
    claimed_until timestamptz,
    ended_at timestamptz
);
ALTER TABLE patient_upload ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX patient_upload_practice ON patient_upload (practice, uploaded_at);
CREATE INDEX patient_upload_state ON patient_upload (state, uploaded_at) WHERE state IN ('Waiting', 'Running');
ALTER TABLE invoice ADD COLUMN practitioner uuid REFERENCES member ON DELETE RESTRICT;
UPDATE invoice SET practitioner = patient.practitioner FROM patient WHERE patient.id = invoice.patient;
"""

INVITATIONS = """
CREATE TABLE communication_template (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE CASCADE,
    name text NOT NULL CHECK (name <> ''),
    body text NOT NULL CHECK (body <> ''),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    removed_at timestamptz
);
CREATE UNIQUE INDEX communication_template_name ON communication_template (practice, name) WHERE removed_at IS NULL;
CREATE TABLE invitation (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE RESTRICT,
    patient uuid NOT NULL REFERENCES patient ON DELETE RESTRICT,
    email text NOT NULL,
    email_key text NOT NULL,
    message text NOT NULL DEFAULT '',
    state text NOT NULL
        CHECK (state IN ('Pending', 'Accepted', 'Expired', 'Cancelled', 'Undeliverable', 'Locked')),
    failure text,
    tries integer NOT NULL DEFAULT 0,
    wrong_before integer NOT NULL DEFAULT 0,
    link_version integer NOT NULL DEFAULT 1,
    sent_by uuid NOT NULL REFERENCES account ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    cancelled_at timestamptz,
    accepted_by uuid REFERENCES account ON DELETE RESTRICT,
    portal uuid REFERENCES portal ON DELETE RESTRICT,
    CONSTRAINT invitation_accepted_whole CHECK ((state = 'Accepted') = (used_at IS NOT NULL))
);
CREATE UNIQUE INDEX invitation_one_open ON invitation (patient) WHERE state = 'Pending';
CREATE INDEX invitation_patient ON invitation (patient, created_at);
CREATE INDEX invitation_practice ON invitation (practice, sent_at DESC, id);
CREATE INDEX invitation_state ON invitation (practice, state, sent_at DESC, id);
CREATE TABLE guardian_confirmation (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE CASCADE,
    patient uuid NOT NULL REFERENCES patient ON DELETE CASCADE,
    access uuid NOT NULL REFERENCES access ON DELETE CASCADE,
    state text NOT NULL CHECK (state IN ('Waiting', 'Confirmed', 'Refused')),
    asked_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by uuid REFERENCES account ON DELETE RESTRICT,
    UNIQUE (patient, access)
);
CREATE INDEX guardian_confirmation_access ON guardian_confirmation (access);
CREATE INDEX guardian_confirmation_waiting ON guardian_confirmation (practice) WHERE state = 'Waiting';
INSERT INTO guardian_confirmation (id, practice, patient, access, state, asked_at, decided_at)
    SELECT gen_random_uuid(), p.practice, p.id, a.id, 'Confirmed', a.asked_at, a.asked_at
    FROM patient p JOIN access a ON a.portal = p.portal AND a.basis IS NOT NULL AND a.status = 'Current';
"""

UPDATES = """
CREATE TABLE patient_update (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE CASCADE,
    patient uuid NOT NULL REFERENCES patient ON DELETE CASCADE,
    portal uuid NOT NULL REFERENCES portal ON DELETE RESTRICT,
    account uuid NOT NULL REFERENCES account ON DELETE RESTRICT,
    access uuid REFERENCES access ON DELETE RESTRICT,
    state text NOT NULL CHECK (state IN ('Waiting', 'Decided', 'Applied')),
    version integer NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL,
    decided_at timestamptz
);
CREATE UNIQUE INDEX patient_update_one_waiting ON patient_update (patient) WHERE state = 'Waiting';
CREATE INDEX patient_update_practice ON patient_update (practice, state, changed_at);
CREATE INDEX patient_update_patient ON patient_update (patient, changed_at);
CREATE INDEX patient_update_portal ON patient_update (portal, changed_at);
CREATE TABLE patient_update_field (
    id uuid PRIMARY KEY,
    patient_update uuid NOT NULL REFERENCES patient_update ON DELETE CASCADE,
    field text NOT NULL,
    before text NOT NULL,
    after text NOT NULL,
    account uuid NOT NULL REFERENCES account ON DELETE RESTRICT,
    access uuid REFERENCES access ON DELETE RESTRICT,
    changed_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('Waiting', 'Approved', 'Rejected')),
    reason text NOT NULL DEFAULT '',
    decided_by uuid REFERENCES account ON DELETE RESTRICT,
    decided_at timestamptz,
    UNIQUE (patient_update, field)
);
"""

NOTES = """
CREATE TABLE note (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE RESTRICT,
    patient uuid NOT NULL REFERENCES patient ON DELETE RESTRICT,
    author uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
    words text NOT NULL CHECK (words <> ''),
    shared boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    written_at timestamptz NOT NULL,
    shared_at timestamptz
);
CREATE INDEX note_patient ON note (patient, written_at);
CREATE INDEX note_author ON note (author);
"""

NOTIFICATIONS = """
CREATE TABLE notification (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE CASCADE,
    kind text NOT NULL,
    patient uuid REFERENCES patient ON DELETE CASCADE,
    member uuid REFERENCES member ON DELETE CASCADE,
    subject uuid NOT NULL,
    created_at timestamptz NOT NULL,
    archived_at timestamptz,
    archived_by uuid REFERENCES account ON DELETE RESTRICT,
    CONSTRAINT notification_is_about_one CHECK (num_nonnulls(patient, member) = 1)
);
CREATE INDEX notification_open ON notification (practice, created_at DESC, id) WHERE archived_at IS NULL;
CREATE INDEX notification_archived ON notification (practice, created_at DESC, id) WHERE archived_at IS NOT NULL;
CREATE UNIQUE INDEX notification_one_waiting ON notification (subject, kind) WHERE archived_at IS NULL;
"""


async def _key_patients(connection: Any) -> None:
    """Every patient who is there gets the keys that people search by, and a code of their own in their practice."""
    random, used = SystemRandom(), set[tuple[Any, str]]()
    rows = await connection.fetch(
        "SELECT id, practice, first_name, last_name, preferred_name, email, phone FROM patient ORDER BY id"
    )
    values = []
    for row in rows:
        code = f"KT{random.randrange(1_000_000):06d}"
        while (row["practice"], code) in used:
            code = f"KT{random.randrange(1_000_000):06d}"
        used.add((row["practice"], code))
        keys = patient_keys(row)
        values.append((row["id"], code, *(keys[name] for name in KEYS)))
    names = ", ".join(f"{name} = ${place}" for place, name in enumerate(("code", *KEYS), 2))
    await connection.executemany(f"UPDATE patient SET {names} WHERE id = $1", values)  # noqa: S608 - names of ours


async def forwards() -> MigrationManager:
    """Everything at once, or nothing: Piccolo runs it in one transaction."""
    manager = MigrationManager(migration_id=ID, app_name="kith", description=DESCRIPTION)

    async def change() -> None:
        current = DB.current_transaction.get()
        assert current is not None
        for script in (SETTINGS, MEMBERS, PATIENTS):
            await current.connection.execute(script)
        await _key_patients(current.connection)
        for script in (PATIENTS_KEYED, INVITATIONS, UPDATES, NOTES, NOTIFICATIONS):
            await current.connection.execute(script)

    manager.add_raw(change)
    return manager
