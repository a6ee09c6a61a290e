"""A patient's profile, as far as a member reads it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from db.engine import Prepared
from domain import audit, clock
from domain.dates import age_on
from domain.patients.found import Found, find, reads
from domain.patients.question import PatientStatus
from domain.patients.standing import STATUS
from domain.permissions import Area, PlacePermission, demand, may
from domain.places import Place

AT_MOST = 5
"""Appointments to come, and as many that are over."""
MOST_INVOICES = 20
GENDERS = ("Female", "Male", "Non-binary")
"""What is no free text, so that it stands where names are hidden too."""


@dataclass(frozen=True)
class Details:
    """All the rest of a profile. Where names are hidden, the preferred name, address and emergency contact are '', and
    there are no tags."""

    preferred_name: str
    birth_date: date | None
    age: int | None
    """In whole years: at death, of one who died."""
    deceased_on: date | None
    gender: str
    address: str
    city: str
    postcode: str
    emergency_name: str
    emergency_phone: str
    practitioner: str
    code: str
    status: PatientStatus
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Visit:
    """An appointment; `reason` is '' where names are hidden."""

    id: UUID
    starts_at: datetime
    type: str
    practitioner: str
    place: str
    reason: str
    status: str


@dataclass(frozen=True)
class Bill:
    id: UUID
    number: int
    issued_on: date
    practitioner: str
    total: Decimal
    owing: Decimal


@dataclass(frozen=True)
class Profile:
    """What may not be read is None: a member who reads only name and contact has only those."""

    patient: Found
    phone: str
    email: str
    details: Details | None
    coming: tuple[Visit, ...] | None
    past: tuple[Visit, ...] | None
    invoices: tuple[Bill, ...] | None
    most_visits: int = AT_MOST
    most_invoices: int = MOST_INVOICES


_details = Prepared(
    "SELECT CASE WHEN $3::boolean THEN '' ELSE p.phone END AS phone, CASE WHEN $3 THEN '' ELSE p.email END AS email,"  # noqa: S608 - words of ours
    " CASE WHEN $3 THEN '' ELSE p.preferred_name END AS preferred_name, p.birth_date, p.deceased_on,"
    " CASE WHEN $3 AND p.gender <> ALL ($4::text[]) THEN '' ELSE p.gender END AS gender,"
    " CASE WHEN $3 THEN '' ELSE p.address END AS address, CASE WHEN $3 THEN '' ELSE p.city END AS city,"
    " CASE WHEN $3 THEN '' ELSE p.postcode END AS postcode,"
    " CASE WHEN $3 THEN '' ELSE p.emergency_name END AS emergency_name,"
    f" CASE WHEN $3 THEN '' ELSE p.emergency_phone END AS emergency_phone, p.code, {STATUS} AS status,"
    " CASE WHEN NOT $3 THEN ARRAY (SELECT t.name FROM patient_tag g JOIN tag t ON t.id = g.tag"
    "  WHERE g.patient = p.id ORDER BY t.name_key) ELSE '{}' END AS tags,"
    " coalesce(w.name, '') AS practitioner FROM patient p LEFT JOIN member m ON m.id = p.practitioner"
    " LEFT JOIN account w ON w.id = m.account WHERE p.id = $1 AND p.practice = $2"
)
_contact = Prepared(
    "SELECT CASE WHEN $3::boolean THEN '' ELSE p.phone END AS phone, CASE WHEN $3 THEN '' ELSE p.email END AS email"
    " FROM patient p WHERE p.id = $1 AND p.practice = $2"
)
_VISITS = (
    "SELECT a.id, a.starts_at, a.place, a.status, t.name AS type, w.name AS practitioner,"
    " CASE WHEN $3::boolean THEN '' ELSE a.reason END AS reason"
    " FROM appointment a JOIN appointment_type t ON t.id = a.type JOIN member m ON m.id = a.practitioner"
    " JOIN account w ON w.id = m.account WHERE a.patient = $1 AND a.practice = $2"
)
_coming = Prepared(f"{_VISITS} AND a.ends_at > $4 AND a.status = 'Booked' ORDER BY a.starts_at, a.id LIMIT $5")
_past = Prepared(f"{_VISITS} AND a.ends_at <= $4 ORDER BY a.starts_at DESC, a.id LIMIT $5")
_bills = Prepared(
    "SELECT i.id, i.number, i.issued_on, i.total, i.total - i.paid AS owing, coalesce(w.name, '') AS practitioner"
    " FROM invoice i LEFT JOIN member m ON m.id = i.practitioner LEFT JOIN account w ON w.id = m.account"
    " WHERE i.patient = $1 AND i.practice = $2 ORDER BY i.issued_on DESC, i.number DESC LIMIT $3"
)


async def read(place: Place, patient: UUID) -> Profile:
    """A profile with what this member may read of it. Writes 'patient:view', for the portal's trail too.

    Raises NotPermitted, and NotFound for whom they do not find.
    """
    demand(place, PlacePermission.VIEW_PATIENTS)
    found = await find(place, patient)
    whole = reads(place, found, Area.PROFILES)
    contact = await (_whole(place, patient) if whole else _contact_alone(place, patient))
    visits = reads(place, found, Area.CALENDARS) and may(place, PlacePermission.VIEW_CALENDAR)
    bills = reads(place, found, Area.INVOICES) and may(place, PlacePermission.VIEW_PATIENTS_INVOICES)
    profile = Profile(
        patient=found,
        **contact,
        coming=await _visits(place, patient, _coming) if visits else None,
        past=await _visits(place, patient, _past) if visits else None,
        invoices=await _invoices(place, patient) if bills else None,
    )
    await audit.record(
        "patient:view", account=place.account, practice=place.practice.id, portal=found.portal, subject=patient
    )
    return profile


async def _contact_alone(place: Place, patient: UUID) -> dict[str, Any]:
    row = await _contact.first(patient, place.practice.id, place.hides_names) or {}
    return {**row, "details": None}


async def _whole(place: Place, patient: UUID) -> dict[str, Any]:
    row = await _details.first(patient, place.practice.id, place.hides_names, list(GENDERS)) or {}
    phone, email = row.pop("phone"), row.pop("email")
    row |= {"status": PatientStatus(row["status"]), "tags": tuple(row["tags"])}
    today = clock.now().astimezone(place.practice.zone).date()
    age = age_on(row["deceased_on"] or today, row["birth_date"])
    return {"phone": phone, "email": email, "details": Details(**row, age=age)}


async def _visits(place: Place, patient: UUID, query: Prepared) -> tuple[Visit, ...]:
    rows = await query.rows(patient, place.practice.id, place.hides_names, clock.now(), AT_MOST)
    return tuple(Visit(**row) for row in rows)


async def _invoices(place: Place, patient: UUID) -> tuple[Bill, ...]:
    return tuple(Bill(**row) for row in await _bills.rows(patient, place.practice.id, MOST_INVOICES))
