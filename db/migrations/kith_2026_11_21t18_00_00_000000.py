"""Reports, and inviting many at once."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.engine import DB
from db.keys import key

ID = "2026-11-21T18:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Reports, and inviting many at once"

PATIENTS = """
ALTER TABLE patient
    ADD COLUMN active boolean NOT NULL DEFAULT true,
    ADD COLUMN city_key text COLLATE "C" NOT NULL DEFAULT '';
CREATE TABLE tag (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE CASCADE,
    name text NOT NULL CHECK (name <> ''),
    name_key text COLLATE "C" NOT NULL,
    UNIQUE (practice, name_key)
);
CREATE TABLE patient_tag (
    id uuid PRIMARY KEY,
    patient uuid NOT NULL REFERENCES patient ON DELETE CASCADE,
    tag uuid NOT NULL REFERENCES tag ON DELETE CASCADE,
    UNIQUE (tag, patient)
);
CREATE INDEX patient_tag_patient ON patient_tag (patient);
CREATE INDEX patient_inactive ON patient (practice, last_key, id) WHERE NOT active;
"""
PATIENTS_KEYED = """
CREATE INDEX patient_city ON patient (practice, city_key) WHERE city_key <> '';
CREATE INDEX patient_birth_date ON patient (practice, birth_date);
CREATE INDEX patient_of_practitioner ON patient (practice, practitioner, last_key, id);
CREATE INDEX invoice_owing ON invoice (practice, patient) INCLUDE (total, paid) WHERE paid < total;
"""

REPORTS = """
CREATE TABLE report (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE CASCADE,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    type text NOT NULL,
    name text NOT NULL DEFAULT '',
    filters text NOT NULL DEFAULT '{}',
    shared boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    removed_at timestamptz,
    CONSTRAINT report_shared_has_name CHECK (NOT shared OR name <> '')
);
CREATE INDEX report_account ON report (practice, account, changed_at) WHERE removed_at IS NULL;
CREATE INDEX report_shared ON report (practice, name) WHERE shared AND removed_at IS NULL;
CREATE TABLE report_run (
    id uuid PRIMARY KEY,
    report uuid NOT NULL REFERENCES report ON DELETE CASCADE,
    member uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    report_version integer NOT NULL,
    reads text NOT NULL,
    many integer NOT NULL,
    picture text NOT NULL DEFAULT '[]',
    ran_at timestamptz NOT NULL,
    UNIQUE (report, member)
);
CREATE INDEX report_run_member ON report_run (member, ran_at);
CREATE TABLE chosen_patient (
    id uuid PRIMARY KEY,
    run uuid NOT NULL REFERENCES report_run ON DELETE CASCADE,
    patient uuid NOT NULL REFERENCES patient ON DELETE CASCADE,
    UNIQUE (run, patient)
);
CREATE INDEX chosen_patient_patient ON chosen_patient (patient);
CREATE INDEX event_portal_at ON event (portal, at) WHERE portal IS NOT NULL;
"""

INVITATIONS = """
CREATE TABLE family_invitation (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE RESTRICT,
    email text NOT NULL,
    email_key text NOT NULL,
    message text NOT NULL DEFAULT '',
    link_version integer NOT NULL DEFAULT 1,
    sent_by uuid NOT NULL REFERENCES account ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
ALTER TABLE invitation
    ADD COLUMN family uuid REFERENCES family_invitation ON DELETE RESTRICT,
    ADD COLUMN declined_at timestamptz,
    DROP CONSTRAINT invitation_state_check,
    ADD CONSTRAINT invitation_state_check CHECK
        (state IN ('Pending', 'Accepted', 'Declined', 'Expired', 'Cancelled', 'Undeliverable', 'Locked')),
    ADD CONSTRAINT invitation_declined_whole CHECK ((state = 'Declined') = (declined_at IS NOT NULL));
CREATE INDEX invitation_family ON invitation (family) WHERE family IS NOT NULL;
CREATE INDEX family_invitation_practice ON family_invitation (practice);
CREATE TABLE bulk_invitation (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE CASCADE,
    account uuid NOT NULL REFERENCES account ON DELETE RESTRICT,
    report uuid REFERENCES report ON DELETE SET NULL,
    message text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    held_until timestamptz NOT NULL,
    cancelled_at timestamptz,
    cancelled_by uuid REFERENCES account ON DELETE RESTRICT
);
CREATE INDEX bulk_invitation_practice ON bulk_invitation (practice, created_at DESC, id);
CREATE TABLE bulk_invitation_patient (
    id uuid PRIMARY KEY,
    bulk_invitation uuid NOT NULL REFERENCES bulk_invitation ON DELETE CASCADE,
    patient uuid NOT NULL REFERENCES patient ON DELETE CASCADE,
    outcome text NOT NULL,
    reason text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    invitation uuid REFERENCES invitation ON DELETE SET NULL,
    mail uuid REFERENCES mail ON DELETE SET NULL,
    UNIQUE (bulk_invitation, patient)
);
CREATE INDEX bulk_invitation_patient_outcome ON bulk_invitation_patient (bulk_invitation, outcome);
CREATE INDEX bulk_invitation_patient_patient ON bulk_invitation_patient (patient);
CREATE INDEX bulk_invitation_patient_mail ON bulk_invitation_patient (mail) WHERE mail IS NOT NULL;
CREATE INDEX bulk_invitation_patient_invitation ON bulk_invitation_patient (invitation) WHERE invitation IS NOT NULL;
CREATE INDEX notification_settled ON notification (practice, archived_at) WHERE archived_at IS NOT NULL;
"""

OUTBOX = """
ALTER TABLE mail ADD COLUMN bulk boolean NOT NULL DEFAULT false;
DROP INDEX mail_due;
CREATE INDEX mail_due ON mail (bulk, due_at, id) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE TABLE mail_rate (
    id integer PRIMARY KEY CHECK (id = 1),
    next_at timestamptz NOT NULL
);
"""


async def _key_cities(connection: Any) -> None:
    rows = await connection.fetch("SELECT DISTINCT city FROM patient WHERE city <> ''")
    cities = [row["city"] for row in rows]
    await connection.execute(
        "UPDATE patient p SET city_key = known.key FROM unnest($1::text[], $2::text[]) AS known (city, key)"
        " WHERE p.city = known.city",
        cities,
        [key(city) for city in cities],
    )


async def forwards() -> MigrationManager:
    """Everything at once, or nothing: Piccolo runs it in one transaction."""
    manager = MigrationManager(migration_id=ID, app_name="kith", description=DESCRIPTION)

    async def change() -> None:
        current = DB.current_transaction.get()
        assert current is not None
        await current.connection.execute(PATIENTS)
        await _key_cities(current.connection)
        for script in (PATIENTS_KEYED, REPORTS, INVITATIONS, OUTBOX):
            await current.connection.execute(script)

    manager.add_raw(change)
    return manager
