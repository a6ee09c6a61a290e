"""Terms in a practice's messages, such as [Patient First Name], and what stands in their place (decision 16)."""

import re
from collections.abc import Mapping
from uuid import UUID

from db.engine import Prepared
from domain.errors import NotPermitted, Refused
from domain.patients.found import find
from domain.permissions import Area
from domain.places import Place

LONGEST = 2_000
"""Characters typed. What stands in place of the terms may make it longer."""
TOO_LONG = f"Use at most {LONGEST:,} characters"

TERMS: dict[str, str] = {
    "Patient First Name": "their preferred name, or else their first name",
    "Patient Last Name": "their family name",
    "Patient Full Name": "their first and family name",
    "Practitioner Name": "the patient’s practitioner",
    "Practice Name": "the name of your practice",
    "Practice Phone": "the phone number of your practice",
    "Practice Email": "the email address of your practice",
    "Practice Address": "the street address of your practice",
    "Sender Name": "whoever sends the message",
}
"""Every term, without its brackets, and what stands in its place."""

MADE_UP = {
    "Patient First Name": "Sam",
    "Patient Last Name": "Taylor",
    "Patient Full Name": "Samantha Taylor",
    "Practitioner Name": "Dr Alex Morgan",
}
OF_PATIENT = tuple(MADE_UP)
"""The terms about a patient; the others are about the practice and the sender."""
MISSING = {
    "Patient Last Name": "This patient has no family name. Take the term out",
    "Practitioner Name": "This patient has no practitioner. Choose one in their details, or take the term out",
    "Practice Phone": "Your practice has no phone number here. Take the term out",
    "Practice Email": "Your practice has no email address here. Take the term out",
    "Practice Address": "Your practice has no street address here. Take the term out",
}

_BRACKETED = re.compile(r"\[([^\[\]]*)\]")
_BY_KEY = {term.casefold(): term for term in TERMS}
_FIRST_WORDS = frozenset(term.split()[0].casefold() for term in TERMS)
_patient = Prepared(
    "SELECT p.first_name, p.last_name, p.preferred_name, coalesce(w.name, '') AS practitioner FROM patient p"
    " LEFT JOIN member m ON m.id = p.practitioner LEFT JOIN account w ON w.id = m.account"
    " WHERE p.id = $1 AND p.practice = $2"
)


async def resolve(text: str, place: Place, patient: UUID) -> str:
    """`text` with each term's value for this patient in its place. A value is text: no term in it is resolved again.

    Raises NotFound for whom the member does not find, NotPermitted where names are hidden from them or they read only
    name and contact, and Refused at
    'message' for a term that there is not or that has no value for this patient, which it names (decision 16).
    """
    found = await find(place, patient, Area.PROFILES)
    if place.hides_names:
        raise NotPermitted
    row = await _patient.first(patient, place.practice.id) or {}
    theirs = of_patient(found.called, row["first_name"], row["last_name"], row["practitioner"])
    return replaced(text, {**theirs, **of_place(place)})


def of_patient(called: str, first_name: str, last_name: str, practitioner: str) -> dict[str, str]:
    """What the terms about a patient stand for."""
    return {
        "Patient First Name": called,
        "Patient Last Name": last_name,
        "Patient Full Name": f"{first_name} {last_name}".strip(),
        "Practitioner Name": practitioner,
    }


def preview(text: str, place: Place) -> str:
    """`text` as a patient who does not exist would read it; a term that the practice has no value for stands as it is.

    Raises Refused at 'message' for a term that there is not.
    """
    values = {**MADE_UP, **of_place(place)}
    return replaced(text, {term: value or f"[{term}]" for term, value in values.items()})


def faults(text: str) -> list[Refused]:
    """What is wrong with a text whoever it is sent to: a term that there is not, more than 2,000 characters."""
    try:
        parts(text)
    except Refused as refused:
        return [refused]
    return []


def parts(text: str) -> list[str]:
    """A text in parts: what stays as it is and, at every second place, a term, whose case and spacing do not matter.
    Raises Refused at 'message' for what `faults` finds."""
    if len(text) > LONGEST:
        raise Refused(TOO_LONG, "message")
    found = [""]
    for number, part in enumerate(_BRACKETED.split(text)):
        words = " ".join(part.split())
        if number % 2 == 0:
            found[-1] += part
        elif term := _BY_KEY.get(words.casefold()):
            found += [term, ""]
        else:
            found[-1] += _left(f"[{part}]", words)
    return found


def replaced(text: str, values: Mapping[str, str]) -> str:
    """`text` with `values` in place of the terms. Raises Refused at 'message'."""
    found = parts(text)
    for term in found[1::2]:
        if not values[term].strip():
            missing = MISSING.get(term, "Take the term out")
            raise Refused(f"[{term}] has nothing to stand in its place. {missing}", "message")
    return "".join(values[part] if number % 2 else part for number, part in enumerate(found))


def _left(bracketed: str, words: str) -> str:
    """What is in brackets and no term stays as it is, unless it looks like a term: then it is a slip of the pen."""
    each = words.split()
    if each and (all(word[0].isupper() for word in each) or each[0].casefold() in _FIRST_WORDS):
        terms = ", ".join(f"[{term}]" for term in TERMS)
        words = f"There is no term {bracketed[:60]}. Take the brackets off, or use one of these: {terms}"
        raise Refused(words, "message")
    return bracketed


def of_place(place: Place) -> dict[str, str]:
    """What the terms about the practice and the sender stand for, '' for what the practice has not said."""
    practice = place.practice
    return {
        "Practice Name": practice.name,
        "Practice Phone": practice.phone,
        "Practice Email": practice.email,
        "Practice Address": practice.address,
        "Sender Name": place.account_name,
    }
