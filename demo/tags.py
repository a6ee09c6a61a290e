"""How Harbour Street groups its patients: who comes for diabetes, and whom it brings onto the portal first."""

from uuid import UUID

from db.bulk import insert_many
from db.engine import run
from db.ids import new_id
from db.keys import key
from db.tables.tag import PatientTag, Tag
from demo.patients import HOW_MANY, patient_id
from demo.people import HARBOUR_STREET, PEOPLE, known_id

PORTAL_LAUNCH, DIABETES_RECALL = "Portal launch", "Diabetes recall"
LAUNCHED = 412
"""Patients tagged for the portal's launch: everybody of the cast, and the first of those made up. Among them are some
with a portal, one who is invited, a family of one email, one without email, one with Rhys's, and some who have died or
are inactive."""


def tag_id(name: str) -> UUID:
    return known_id("tag", f"{HARBOUR_STREET}:{name}")


async def give() -> None:
    """Written last, so that every id drawn before is what it always was."""
    practice = known_id("practice", HARBOUR_STREET)
    await insert_many(
        Tag,
        [
            {"id": tag_id(name), "practice": practice, "name": name, "name_key": key(name)}
            for name in (PORTAL_LAUNCH, DIABETES_RECALL)
        ],
    )
    played = [known_id("patient", person.short) for person in PEOPLE if person.clinic == HARBOUR_STREET]
    made_up = [patient_id(number) for number in range(1, HOW_MANY + 1)][: LAUNCHED - len(played)]
    reviewed = await run(
        "SELECT DISTINCT patient FROM appointment WHERE type = $1 ORDER BY patient",
        known_id("appointment-type", f"{HARBOUR_STREET}:Diabetes review"),
    )
    tagged = [(PORTAL_LAUNCH, patient) for patient in (*played, *made_up)]
    tagged += [(DIABETES_RECALL, row["patient"]) for row in reviewed]
    rows = [{"id": new_id(), "patient": patient, "tag": tag_id(name)} for name, patient in tagged]
    await insert_many(PatientTag, rows)
