"""The first tables: accounts, portals, access, what a portal shows, the outbox and the trail."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.engine import DB

ID = "2026-11-20T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The first tables"

DEPLOYMENT = """
CREATE TABLE deployment (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    env text NOT NULL CHECK (env IN ('production', 'demo', 'test')),
    clock_offset interval NOT NULL DEFAULT '0'
);
"""

ACCOUNTS = """
CREATE TABLE account (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_key text NOT NULL UNIQUE,
    name text NOT NULL CHECK (name <> ''),
    password_hash text NOT NULL,
    credential_version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL
);
CREATE TABLE session (
    id uuid PRIMARY KEY,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    confirmed_at timestamptz NOT NULL,
    device text NOT NULL DEFAULT ''
);
CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires_at ON session (expires_at);
CREATE TABLE attempt (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX attempt_key_at ON attempt (key, at);
CREATE INDEX attempt_at ON attempt (at);
CREATE TABLE sign_up (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_key text NOT NULL,
    name text NOT NULL,
    own_health boolean NOT NULL DEFAULT false,
    link_version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX sign_up_email_key ON sign_up (email_key);
CREATE TABLE password_reset (
    id uuid PRIMARY KEY,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    link_version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX password_reset_account ON password_reset (account);
"""

PORTALS = """
CREATE TABLE portal (
    id uuid PRIMARY KEY,
    owner uuid UNIQUE REFERENCES account ON DELETE RESTRICT,
    name text NOT NULL CHECK (name <> ''),
    preferred_name text NOT NULL DEFAULT '',
    birth_date date,
    gender text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    city text NOT NULL DEFAULT '',
    postcode text NOT NULL DEFAULT '',
    emergency_name text NOT NULL DEFAULT '',
    emergency_phone text NOT NULL DEFAULT '',
    version integer NOT NULL DEFAULT 1,
    created_by uuid NOT NULL REFERENCES account ON DELETE RESTRICT,
    created_at timestamptz NOT NULL
);
CREATE TABLE funding (
    portal uuid PRIMARY KEY REFERENCES portal ON DELETE CASCADE,
    medicare_number text NOT NULL DEFAULT '',
    medicare_reference text NOT NULL DEFAULT '',
    medicare_expiry text NOT NULL DEFAULT '',
    health_fund text NOT NULL DEFAULT '',
    fund_number text NOT NULL DEFAULT '',
    version integer NOT NULL DEFAULT 1
);
CREATE TABLE access (
    id uuid PRIMARY KEY,
    account uuid REFERENCES account ON DELETE RESTRICT,
    portal uuid REFERENCES portal ON DELETE RESTRICT,
    asked_by uuid NOT NULL REFERENCES account ON DELETE RESTRICT,
    email text,
    email_key text,
    name text NOT NULL,
    relationship text NOT NULL,
    level text NOT NULL CHECK (level IN ('Clinical', 'Administrative')),
    role text NOT NULL CHECK (role IN ('View', 'Edit')),
    status text NOT NULL CHECK (status IN ('Pending', 'Current', 'Disabled')),
    reason text CHECK (reason IN ('denied', 'revoked', 'expired', 'left', 'age limit', 'withdrawn', 'deceased')),
    basis text,
    offered boolean NOT NULL DEFAULT false,
    held_back boolean NOT NULL DEFAULT false,
    refused_for_good boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    link_version integer NOT NULL DEFAULT 1,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by uuid REFERENCES account ON DELETE RESTRICT,
    CONSTRAINT access_has_an_end CHECK (account IS NOT NULL OR portal IS NOT NULL),
    CONSTRAINT access_current_is_whole CHECK (status <> 'Current' OR (account IS NOT NULL AND portal IS NOT NULL)),
    CONSTRAINT access_reason_when_disabled CHECK ((status = 'Disabled') = (reason IS NOT NULL)),
    CONSTRAINT access_held_back_tells_nobody CHECK (NOT held_back OR portal IS NULL)
);
CREATE UNIQUE INDEX access_one_open ON access (account, portal) WHERE status IN ('Pending', 'Current');
CREATE UNIQUE INDEX access_one_asking ON access (account, email_key) WHERE status = 'Pending' AND NOT offered;
CREATE UNIQUE INDEX access_one_offer ON access (portal, email_key) WHERE status = 'Pending' AND offered;
CREATE INDEX access_portal ON access (portal, status);
CREATE INDEX access_account ON access (account, status);
CREATE INDEX access_asked_email ON access (email_key) WHERE status = 'Pending';
CREATE INDEX access_expiry ON access (expires_at) WHERE status = 'Pending';
CREATE TABLE access_consent (
    id uuid PRIMARY KEY,
    access uuid NOT NULL REFERENCES access ON DELETE CASCADE,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    level text NOT NULL,
    role text NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (access, account)
);
"""

PRACTICES = """
CREATE TABLE practice (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name text NOT NULL CHECK (name <> ''),
    timezone text NOT NULL,
    phone text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL
);
CREATE TABLE member (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE RESTRICT,
    account uuid NOT NULL REFERENCES account ON DELETE RESTRICT,
    role_type text NOT NULL CHECK (role_type IN ('Practitioner', 'Administrator')),
    level text NOT NULL CHECK (level IN
        ('Full Access', 'Clinical Access', 'Own records and others'' contact', 'Personal Access')),
    owner boolean NOT NULL DEFAULT false,
    read_only boolean NOT NULL DEFAULT false,
    hides_names boolean NOT NULL DEFAULT false,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    UNIQUE (practice, account)
);
CREATE INDEX member_account ON member (account);
CREATE TABLE patient (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE RESTRICT,
    portal uuid REFERENCES portal ON DELETE RESTRICT,
    practitioner uuid REFERENCES member ON DELETE RESTRICT,
    first_name text NOT NULL,
    last_name text NOT NULL,
    preferred_name text NOT NULL DEFAULT '',
    birth_date date,
    gender text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    city text NOT NULL DEFAULT '',
    postcode text NOT NULL DEFAULT '',
    deceased_on date,
    source text,
    source_id text,
    created_at timestamptz NOT NULL,
    CONSTRAINT patient_source_whole CHECK ((source IS NULL) = (source_id IS NULL)),
    UNIQUE (practice, source, source_id),
    UNIQUE (practice, portal)
);
CREATE INDEX patient_portal ON patient (portal) WHERE portal IS NOT NULL;
"""

CARE = """
CREATE TABLE appointment_type (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE RESTRICT,
    name text NOT NULL,
    name_for_others text NOT NULL,
    minutes integer NOT NULL DEFAULT 30 CHECK (minutes > 0)
);
CREATE TABLE appointment (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE RESTRICT,
    patient uuid NOT NULL REFERENCES patient ON DELETE RESTRICT,
    practitioner uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
    type uuid NOT NULL REFERENCES appointment_type ON DELETE RESTRICT,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    place text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'Booked' CHECK (status IN ('Booked', 'Cancelled')),
    cancelled_at timestamptz,
    cancelled_by uuid REFERENCES account ON DELETE RESTRICT,
    CONSTRAINT appointment_ends_after_start CHECK (ends_at > starts_at),
    CONSTRAINT appointment_cancelled_whole CHECK ((status = 'Cancelled') = (cancelled_at IS NOT NULL))
);
CREATE INDEX appointment_patient_starts_at ON appointment (patient, starts_at);
CREATE INDEX appointment_practice_starts_at ON appointment (practice, starts_at);
CREATE TABLE invoice (
    id uuid PRIMARY KEY,
    practice uuid NOT NULL REFERENCES practice ON DELETE RESTRICT,
    patient uuid NOT NULL REFERENCES patient ON DELETE RESTRICT,
    number integer NOT NULL,
    issued_on date NOT NULL,
    due_on date NOT NULL,
    total numeric(10, 2) NOT NULL CHECK (total >= 0),
    paid numeric(10, 2) NOT NULL DEFAULT 0 CHECK (paid >= 0 AND paid <= total),
    UNIQUE (practice, number)
);
CREATE INDEX invoice_patient ON invoice (patient, issued_on);
CREATE TABLE invoice_line (
    id uuid PRIMARY KEY,
    invoice uuid NOT NULL REFERENCES invoice ON DELETE CASCADE,
    position integer NOT NULL,
    description text NOT NULL,
    description_for_others text NOT NULL,
    amount numeric(10, 2) NOT NULL,
    UNIQUE (invoice, position)
);
CREATE TABLE record_entry (
    id uuid PRIMARY KEY,
    portal uuid REFERENCES portal ON DELETE RESTRICT,
    patient uuid REFERENCES patient ON DELETE RESTRICT,
    kind text NOT NULL CHECK (kind IN ('Allergy', 'Medicine', 'Immunisation', 'Condition', 'Measurement')),
    name text NOT NULL CHECK (name <> ''),
    detail text NOT NULL DEFAULT '',
    value text NOT NULL DEFAULT '',
    unit text NOT NULL DEFAULT '',
    happened_on date,
    ended_on date,
    source_id text,
    added_by uuid REFERENCES account ON DELETE RESTRICT,
    added_at timestamptz NOT NULL,
    removed_by uuid REFERENCES account ON DELETE RESTRICT,
    removed_at timestamptz,
    CONSTRAINT record_entry_one_parent CHECK (num_nonnulls(portal, patient) = 1),
    UNIQUE (patient, source_id)
);
CREATE INDEX record_entry_portal ON record_entry (portal, kind) WHERE removed_at IS NULL;
CREATE INDEX record_entry_patient ON record_entry (patient, kind) WHERE removed_at IS NULL;
"""

OUTBOX = """
CREATE TABLE mail (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject uuid NOT NULL,
    recipient text NOT NULL,
    key text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    claim uuid,
    claimed_until timestamptz,
    sent_at timestamptz,
    failed_at timestamptz,
    failure text
);
CREATE INDEX mail_due ON mail (due_at) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX mail_subject ON mail (subject);
"""

TRAIL = """
CREATE SEQUENCE event_seq;
CREATE TABLE event (
    seq bigint PRIMARY KEY,
    kind text NOT NULL,
    account uuid,
    portal uuid,
    practice uuid,
    access uuid,
    subject uuid,
    at timestamptz NOT NULL,
    address text NOT NULL DEFAULT '',
    hash bytea NOT NULL
);
CREATE INDEX event_portal_seq ON event (portal, seq);
CREATE INDEX event_practice_seq ON event (practice, seq);
CREATE INDEX event_account_seq ON event (account, seq);

CREATE FUNCTION event_line(line event, before bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(coalesce(before, ''::bytea) || convert_to(
        line.seq || '|' || line.kind || '|' || coalesce(line.account::text, '') || '|'
        || coalesce(line.portal::text, '') || '|' || coalesce(line.practice::text, '') || '|'
        || coalesce(line.access::text, '') || '|' || coalesce(line.subject::text, '') || '|'
        || extract(epoch FROM line.at) || '|' || line.address, 'UTF8'))
$$;

CREATE FUNCTION event_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bytea;
BEGIN
    IF NEW.portal IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended(NEW.portal::text, 0));
        SELECT hash INTO before FROM event WHERE portal = NEW.portal ORDER BY seq DESC LIMIT 1;
    END IF;
    NEW.seq := nextval('event_seq');
    NEW.hash := event_line(NEW, before);
    RETURN NEW;
END
$$;
CREATE TRIGGER event_chain BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_chain();

CREATE FUNCTION event_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trail is append-only';
END
$$;
CREATE TRIGGER event_is_kept BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_is_kept();
"""


async def forwards() -> MigrationManager:
    """Everything at once, or nothing: Piccolo runs it in one transaction."""
    manager = MigrationManager(migration_id=ID, app_name="kith", description=DESCRIPTION)

    async def create() -> None:
        current = DB.current_transaction.get()
        assert current is not None
        for script in (DEPLOYMENT, ACCOUNTS, PORTALS, PRACTICES, CARE, OUTBOX, TRAIL):
            await current.connection.execute(script)

    manager.add_raw(create)
    return manager
