"""The 480 patients of Harbour Street that nobody plays: the same ones at every reset on the same day."""

from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from db.bulk import insert_many
from db.keys import patient_keys
from db.tables.appointment import Appointment
from db.tables.patient import Patient
from db.tables.record_entry import RecordEntry
from demo import invoices, patients_care
from demo.names import FAMILIES, KINDS_OF_STREET, MEN, STREETS, TOWNS, WOMEN
from demo.people import HARBOUR_STREET, WORKERS, known_id
from domain import clock, codes

HOW_MANY = 480
WITHOUT_EMAIL, WITH_STAFF_EMAIL = 97, 211
DECEASED = {58, 170, 303, 444}
INACTIVE = {23, 131, 216, 318, 419, 460}
"""Two of them children."""
PRACTITIONERS = ("amara", "amara", "amara", "rhys", "ines")
YOUNGEST, OLDEST = 400, 92 * 365
"""Days: nobody is younger than their first appointment."""


def patient_id(number: int) -> UUID:
    """The id of patient p{number}, from 1 to 480."""
    return known_id("patient", f"p{number}")


async def make_up(today: date) -> None:
    """All of them, with their appointments, invoices and records, in a handful of statements."""
    random = Random(1)  # noqa: S311 - the same people every time
    patients = [_patient(random, number, today) for number in range(1, HOW_MANY + 1)]
    visits = patients_care.visits(random, patients, today)
    drawn = await codes.draw(known_id("practice", HARBOUR_STREET), HOW_MANY)
    keyed = [{**row, **patient_keys(row), "code": code} for row, code in zip(patients, drawn, strict=True)]
    await insert_many(Patient, keyed)
    await insert_many(Appointment, visits)
    await invoices.write(patients_care.bills(random, visits, today))
    await insert_many(RecordEntry, patients_care.entries(random, patients, today))


def _patient(random: Random, number: int, today: date) -> dict[str, Any]:
    gender = random.choice(("Female", "Male"))
    town, postcode = random.choice(TOWNS)
    return {
        "id": patient_id(number),
        "practice": known_id("practice", HARBOUR_STREET),
        "practitioner": known_id("member", f"{HARBOUR_STREET}:{random.choice(PRACTITIONERS)}"),
        "first_name": random.choice(WOMEN if gender == "Female" else MEN),
        "last_name": random.choice(FAMILIES),
        "birth_date": today - timedelta(days=random.randint(YOUNGEST, OLDEST)),
        "gender": random.choice((gender,) * 40 + ("Non-binary",)),
        "phone": f"02 5550 {random.randint(1000, 9999)}",
        "email": email_of(number),
        "address": f"{random.randint(1, 180)} {random.choice(STREETS)} {random.choice(KINDS_OF_STREET)}",
        "city": town,
        "postcode": postcode,
        "deceased_on": today - timedelta(days=200) if number in DECEASED else None,
        "active": number not in INACTIVE,
        "created_at": clock.now(),
    }


def email_of(number: int) -> str:
    """Where patient p{number} is written to: one nowhere, and one where Rhys of the staff is."""
    if number == WITHOUT_EMAIL:
        return ""
    if number == WITH_STAFF_EMAIL:
        return next(worker.email for worker in WORKERS if worker.short == "rhys")
    return f"p{number}@patients.example.com"
