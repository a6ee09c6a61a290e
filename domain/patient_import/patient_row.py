"""One row of patients: which columns are read, and what each must be."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.patient_import import values
from domain.patient_import.outcome import BadRow
from domain.patients import tags

COLUMNS = {
    "source_id": ("Id", "PatientId"),
    "first_name": ("First", "FirstName", "GivenName"),
    "last_name": ("Last", "LastName", "Surname", "FamilyName"),
    "birth_date": ("Birthdate", "DateOfBirth", "BirthDay", "DOB"),
    "gender": ("Gender", "Sex"),
    "address": ("Address", "Street", "StreetAddress"),
    "city": ("City", "Town", "Suburb"),
    "postcode": ("Postcode", "Zip", "ZipCode", "PostalCode"),
    "email": ("Email", "EmailAddress"),
    "phone": ("Phone", "PhoneNumber", "Mobile"),
    "deceased_on": ("DeathDate", "DateOfDeath"),
    "active": ("Status", "PatientStatus", "Active"),
    "tags": ("Tags", "Tag"),
}
"""Nothing else is read. A column that a file lacks is left as it is in a patient who is there already."""

REQUIRED = ("first_name", "last_name", "birth_date")
LONGEST = {"gender": 50, "address": 200, "city": 100, "postcode": 20, "phone": 40}
BY_PERSON = "person:"
"""How the identity of a row without an Id begins."""
LONGEST_ID, LONGEST_NAME = 100, 100
LONGEST_TAGS = 500
IS_ACTIVE = {"": None, "active": True, "inactive": False, "true": True, "false": False, "yes": True, "no": False}
"""What stands for a status: our words, and those of files that say whether somebody is active. Of None nothing is said:
who is there stays as they are, and who is new is active."""
SPELLED_OUT = {"m": "Male", "f": "Female", "male": "Male", "female": "Female"}


def read(given: Mapping[str, str], today: date) -> dict[str, Any]:
    """The patient of a row, by the columns of the table of patients. Raises BadRow with the first thing that is wrong.

    A row without an Id column is known by a hash of first name, last name and birth date, without regard to case: two
    people who share all three are then one, and a person whose name is corrected becomes a new one.
    """
    found: dict[str, Any] = {
        "first_name": values.named(given["first_name"], "First", LONGEST_NAME),
        "last_name": values.named(given["last_name"], "Last", LONGEST_NAME),
        "birth_date": values.day(given["birth_date"], "Birthdate", today),
    }
    found["source_id"] = _source_id(given, found)
    for column, longest in LONGEST.items():
        if column in given:
            found[column] = values.text(given[column], COLUMNS[column][0], longest)
    if "gender" in found:
        found["gender"] = SPELLED_OUT.get(found["gender"].casefold(), found["gender"])
    if "email" in given:
        found["email"] = values.email(given["email"])
    if "deceased_on" in given:
        found["deceased_on"] = _deceased_on(given["deceased_on"], found["birth_date"], today)
    if "active" in given:
        found["active"] = _active(given["active"])
    if "tags" in given:
        found["tags"] = _tags(given["tags"])
    return found


def _active(given: str) -> bool | None:
    said = given.strip().casefold()
    if said not in IS_ACTIVE:
        raise BadRow("Status must be Active or Inactive")
    return IS_ACTIVE[said]


def _tags(given: str) -> tuple[str, ...]:
    found = tags.typed(values.text(given, "Tags", LONGEST_TAGS))
    if tags.faults(found):
        raise BadRow(f"Tags must be at most {tags.MOST}, of {tags.LONGEST} characters, with commas between them")
    return found


def _source_id(given: Mapping[str, str], found: Mapping[str, Any]) -> str:
    if "source_id" in given:
        return values.named(given["source_id"], "Id", LONGEST_ID)
    if found["birth_date"] is None:
        raise BadRow("Birthdate is empty, and there is no Id to know the row by")
    person = "\n".join((found["first_name"].casefold(), found["last_name"].casefold(), str(found["birth_date"])))
    return f"{BY_PERSON}{hashlib.sha256(person.encode()).hexdigest()}"


def _deceased_on(given: str, born: date | None, today: date) -> date | None:
    died = values.day(given, "DeathDate", today)
    if died and born and died < born:
        raise BadRow("DeathDate is before Birthdate")
    return died
