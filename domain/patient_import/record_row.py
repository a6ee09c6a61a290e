"""One row of Synthea's allergies and immunisations, as an entry of a patient's record."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from db.tables.record_entry import RecordKind
from domain.patient_import import values
from domain.patient_import.outcome import BadRow
from domain.patient_import.patient_row import LONGEST_ID

ALLERGIES = {
    name: (name,)
    for name in (
        *("start", "stop", "patient", "encounter", "code", "description", "type"),
        *("description1", "severity1", "description2", "severity2"),
    )
}
IMMUNISATIONS = {name: (name,) for name in ("date", "patient", "encounter", "code", "description")}
LONGEST_NAME = 200
KIND_OF_THING = re.compile(r" \([a-z ]+\)$")
"""The word in brackets by which SNOMED CT says what kind of thing a term means, such as (finding)."""


def allergy(given: Mapping[str, str], today: date) -> dict[str, Any]:
    """The entry of a row of allergies.csv. Raises BadRow."""
    began = values.day(given["start"], "START", today)
    ended = values.day(given["stop"], "STOP", today)
    if began and ended and ended < began:
        raise BadRow("STOP is before START")
    return _entry(RecordKind.ALLERGY, given) | {"detail": _in_words(given), "happened_on": began, "ended_on": ended}


def immunisation(given: Mapping[str, str], today: date) -> dict[str, Any]:
    """The entry of a row of immunizations.csv, on the day that its moment is written with. Raises BadRow."""
    given_on = values.day(given["date"].partition("T")[0], "DATE", today)
    return _entry(RecordKind.IMMUNISATION, given) | {"detail": "", "happened_on": given_on, "ended_on": None}


def _entry(kind: RecordKind, given: Mapping[str, str]) -> dict[str, Any]:
    code, encounter = (values.named(given[column], column.upper(), LONGEST_ID) for column in ("code", "encounter"))
    return {
        "patient": values.named(given["patient"], "PATIENT", LONGEST_ID),
        "source_id": f"synthea:{kind.value.casefold()}:{encounter}:{code}",
        "kind": kind.value,
        "name": values.named(given["description"], "DESCRIPTION", LONGEST_NAME),
    }


def _in_words(given: Mapping[str, str]) -> str:
    """Such as "Wheal, moderate; diarrhea, mild"."""
    reactions = []
    for number in ("1", "2"):
        reaction = values.text(given[f"description{number}"], f"DESCRIPTION{number}", LONGEST_NAME)
        severity = values.text(given[f"severity{number}"], f"SEVERITY{number}", LONGEST_NAME).lower()
        reactions.append(", ".join(filter(None, (KIND_OF_THING.sub("", reaction), severity))))
    told = "; ".join(filter(None, reactions))
    intolerance = given["type"].strip().casefold() == "intolerance"
    return ". ".join(filter(None, ("Intolerance" if intolerance else "", told)))
