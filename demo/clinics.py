"""The cast's practices: their members, what they are visited for, and the patients of the cast."""

from datetime import date

from db.bulk import insert_many
from db.engine import run
from db.ids import new_id, next_are
from db.keys import patient_keys
from db.tables.appointment import AppointmentType
from db.tables.guardian_confirmation import ConfirmationState, GuardianConfirmation
from db.tables.member import Member, MemberView
from db.tables.patient import Patient
from demo.people import CLINICS, PEOPLE, TIMEZONE, WORKERS, Person, Worker, known_id
from domain import clock, codes, practices

TYPES = {
    "harbour-street": (
        ("Standard consultation", "Appointment", 15),
        ("Mental health care plan", "Long appointment", 30),
        ("Diabetes review", "Long appointment", 30),
        ("Childhood immunisation", "Nurse visit", 15),
        ("Skin check", "Appointment", 30),
        ("Heart health check", "Long appointment", 30),
        ("Wound dressing", "Nurse visit", 15),
    ),
    "eastside-physio": (
        ("Knee rehabilitation", "Physio session", 30),
        ("Pelvic floor assessment", "Physio session", 30),
        ("Lower back treatment", "Physio session", 30),
    ),
}
"""By practice: name, the name that the practice gives it for others, minutes."""


async def open_all(today: date) -> None:
    """Both practices with their members, their types of appointment and the patients who are in the cast."""
    for clinic in CLINICS:
        next_are(known_id("practice", clinic.slug))
        await practices.create(
            clinic.name, clinic.slug, TIMEZONE, phone=clinic.phone, email=clinic.email, address=clinic.address
        )
    await insert_many(Member, [_member_row(worker) for worker in WORKERS])
    await insert_many(MemberView, [row for worker in WORKERS for row in _view_rows(worker)])
    await insert_many(AppointmentType, [row for slug in TYPES for row in _type_rows(slug)])
    await insert_many(Patient, await _patient_rows(today))
    await _confirm_guardians()


def _member_row(worker: Worker) -> dict[str, object]:
    return {
        "id": known_id("member", f"{worker.clinic}:{worker.short}"),
        "practice": known_id("practice", worker.clinic),
        "account": known_id("account", worker.short),
        "name": worker.name,
        "email": worker.email,
        "email_key": worker.email,
        "accepted_at": clock.now(),
        "role_type": worker.role_type.value,
        "level": worker.level.value,
        "owner": worker.owner,
        "read_only": worker.read_only,
        "hides_names": worker.hides_names,
        "active": worker.active,
        "viewing": known_id("member", f"{worker.clinic}:{worker.views[0]}") if worker.views else None,
        "created_at": clock.now(),
    }


def _type_rows(slug: str) -> list[dict[str, object]]:
    return [
        {
            "id": known_id("appointment-type", f"{slug}:{name}"),
            "practice": known_id("practice", slug),
            "name": name,
            "name_for_others": name_for_others,
            "minutes": minutes,
        }
        for name, name_for_others, minutes in TYPES[slug]
    ]


def _view_rows(worker: Worker) -> list[dict[str, object]]:
    return [
        {
            "id": new_id(),
            "member": known_id("member", f"{worker.clinic}:{worker.short}"),
            "practitioner": known_id("member", f"{worker.clinic}:{short}"),
        }
        for short in worker.views
    ]


async def _confirm_guardians() -> None:
    """The practices know who looks after the children of the cast."""
    rows = await run(
        "SELECT p.practice, p.id AS patient, a.id AS access, a.asked_at FROM patient p JOIN access a"
        " ON a.portal = p.portal AND a.basis IS NOT NULL AND a.status = 'Current'"
    )
    confirmed = [
        {
            "id": new_id(),
            **row,
            "state": ConfirmationState.CONFIRMED.value,
            "decided_at": row["asked_at"],
            "decided_by": known_id("account", "amara"),
        }
        for row in rows
    ]
    await insert_many(GuardianConfirmation, confirmed)


async def _patient_rows(today: date) -> list[dict[str, object]]:
    found = []
    for clinic in CLINICS:
        people = [person for person in PEOPLE if person.clinic == clinic.slug]
        drawn = await codes.draw(known_id("practice", clinic.slug), len(people))
        found += [
            {**row, **patient_keys(row), "code": code}
            for code, row in zip(drawn, (_patient_row(person, today) for person in people), strict=True)
        ]
    return found


def _patient_row(person: Person, today: date) -> dict[str, object]:
    first, last = person.name.split()
    return {
        "id": known_id("patient", person.short),
        "practice": known_id("practice", str(person.clinic)),
        "portal": known_id("portal", person.short) if person.portal else None,
        "practitioner": known_id("member", f"{person.clinic}:{person.practitioner}"),
        "first_name": first,
        "last_name": last,
        "preferred_name": person.preferred_name,
        "birth_date": person.birth_date(today),
        "gender": person.gender,
        "phone": person.phone,
        "email": person.email,
        "address": person.address,
        "city": person.city,
        "postcode": person.postcode,
        "created_at": clock.now(),
    }
