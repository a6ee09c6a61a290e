"""The cast's practices: their members, what they are visited for, and the patients of the cast."""

from datetime import date

from db.bulk import insert_many
from db.ids import next_are
from db.tables.appointment import AppointmentType
from db.tables.member import Member
from db.tables.patient import Patient
from demo.people import CLINICS, PEOPLE, TIMEZONE, WORKERS, Person, Worker, known_id
from domain import clock, practices

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
    await insert_many(AppointmentType, [row for slug in TYPES for row in _type_rows(slug)])
    await insert_many(Patient, [_patient_row(person, today) for person in PEOPLE if person.clinic])


def _member_row(worker: Worker) -> dict[str, object]:
    return {
        "id": known_id("member", f"{worker.clinic}:{worker.short}"),
        "practice": known_id("practice", worker.clinic),
        "account": known_id("account", worker.short),
        "role_type": worker.role_type.value,
        "level": worker.level.value,
        "owner": worker.owner,
        "read_only": worker.read_only,
        "hides_names": worker.hides_names,
        "active": worker.active,
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
