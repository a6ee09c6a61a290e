"""Reading updates at the practice: one with its details before and after, and the history of a patient's."""

from uuid import UUID

from db.engine import Prepared
from domain import audit
from domain.errors import NotFound
from domain.patients.found import Found, find, reads
from domain.permissions import Area, PlacePermission, demand
from domain.places import Place
from domain.updates import fields
from domain.updates.update import Update, built

MOST_SHOWN = 10
"""Updates in a patient's history."""


_update = Prepared(
    "SELECT u.id, u.patient, u.portal, u.state, u.version, u.changed_at, p.version AS patient_version,"  # noqa: S608 - words of ours
    f" {', '.join(f'p.{column}' for column in fields.PATIENT_COLUMNS)}"
    " FROM patient_update u JOIN patient p ON p.id = u.patient WHERE u.id = $1 AND u.practice = $2"
)
# $3: whether the member reads no names: then no words of the patient's, and nobody who may be the patient.
_LINES = (
    "SELECT f.patient_update, f.field, f.state, f.changed_at, f.decided_at, coalesce(d.name, '') AS decided_by,"
    " CASE WHEN $3::boolean THEN '' ELSE f.before END AS before, CASE WHEN $3 THEN '' ELSE f.after END AS after,"
    " CASE WHEN $3 THEN '' ELSE f.reason END AS reason, CASE WHEN $3 THEN '' ELSE w.name || ', ' || CASE"
    "  WHEN f.access IS NULL THEN 'the patient' WHEN a.basis IS NULL OR o.owner IS NOT NULL THEN 'with access'"
    "  WHEN c.state = 'Confirmed' THEN 'guardian' ELSE 'guardian, not confirmed by you' END END AS changed_by"
    " FROM patient_update_field f JOIN patient_update u ON u.id = f.patient_update JOIN account w ON w.id = f.account"
    " JOIN portal o ON o.id = u.portal LEFT JOIN access a ON a.id = f.access LEFT JOIN account d ON d.id = f.decided_by"
    " LEFT JOIN guardian_confirmation c ON c.access = a.id AND c.patient = u.patient"
    " WHERE f.patient_update = ANY ($1) AND u.practice = $2"
)
_lines = Prepared(_LINES)
_history = Prepared(
    "SELECT u.id, u.patient, u.portal, u.state, u.version, u.changed_at FROM patient_update u"
    " WHERE u.patient = $1 AND u.practice = $2 ORDER BY u.changed_at DESC, u.id LIMIT $3"
)


async def one(place: Place, update: UUID) -> Update:
    """An update with its details. Writes 'update:view'.

    Raises NotPermitted, and NotFound for what is absent, another practice's, or of a patient whom they do not find.
    """
    demand(place, PlacePermission.DECIDE_UPDATES)
    read = await found(place, update)
    await audit.record(
        "update:view", account=place.account, practice=place.practice.id, portal=read.portal, subject=update
    )
    return read


async def found(place: Place, update: UUID) -> Update:
    """The same without an event, for whoever writes one of their own. Raises as `one` does."""
    row = await _update.first(update, place.practice.id)
    if row is None:
        raise NotFound
    patient = await find(place, row["patient"], Area.PROFILES)
    lines = await _lines.rows([update], place.practice.id, place.hides_names)
    return built(row, patient.name, row["patient_version"], lines, fields.of_patient(row))


async def history(place: Place, patient: Found) -> tuple[Update, ...]:
    """A found patient's last updates, the newest first, for their profile, which writes the event itself. Nothing
    where the member does not read the profile; the details without their words where names are hidden."""
    demand(place, PlacePermission.VIEW_PATIENTS)
    if not reads(place, patient, Area.PROFILES):
        return ()
    rows = await _history.rows(patient.id, place.practice.id, MOST_SHOWN)
    lines = await _lines.rows([row["id"] for row in rows], place.practice.id, place.hides_names)
    return tuple(
        built(row, patient.name, 0, [line for line in lines if line["patient_update"] == row["id"]], {}) for row in rows
    )
