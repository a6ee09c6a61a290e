"""What Case Load can be asked for, and which of it a member may ask."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from db.tables.member import Limit
from domain.errors import Refused
from domain.patients import practitioners, tags
from domain.patients.question import PatientStatus, PortalState
from domain.permissions import Area, PlacePermission, may, reach
from domain.permissions.practice import NARROWEST_FIRST
from domain.places import Place
from domain.reports.report_type import Field, FieldKind, Said


class NextAppointment(StrEnum):
    ONE = "Has one"
    NONE = "Has none"
    WEEK = "Within 7 days"
    MONTH = "Within 30 days"


class HasEmail(StrEnum):
    YES = "Yes"
    NO = "No"


@dataclass(frozen=True)
class Asked:
    """What is looked for. Ages are whole years; a city is compared without case and accents."""

    practitioner: UUID | None = None
    seen_since: date | None = None
    not_seen_since: date | None = None
    next: NextAppointment | None = None
    age_from: int | None = None
    age_to: int | None = None
    status: PatientStatus | None = None
    has_email: HasEmail | None = None
    portal: PortalState | None = None
    tag: UUID | None = None
    city: str = ""


READ: dict[str, Callable[[str], Any]] = {
    "practitioner": UUID,
    "seen_since": date.fromisoformat,
    "not_seen_since": date.fromisoformat,
    "next": NextAppointment,
    "age_from": int,
    "age_to": int,
    "status": PatientStatus,
    "has_email": HasEmail,
    "portal": PortalState,
    "tag": UUID,
    "city": str,
}
OF_CALENDARS = frozenset({"seen_since", "not_seen_since", "next"})
OF_NAMES = frozenset({"has_email", "tag", "city"})
"""What the code stands in place of, where names are hidden (decision 18)."""
UNREADABLE = "The filters of this report cannot be read any more. Set them anew"


def calendars(place: Place) -> Limit:
    """Of whose appointments the member reads."""
    return reach(place, Area.CALENDARS) if may(place, PlacePermission.VIEW_CALENDAR) else Limit.NONE


def owing(place: Place) -> Limit:
    """Of whose invoices the member reads what is owing: as far as they read both invoices and financial reports."""
    if not may(place, PlacePermission.VIEW_PATIENTS_INVOICES):
        return Limit.NONE
    return min(reach(place, Area.INVOICES), reach(place, Area.FINANCIAL_REPORTS), key=NARROWEST_FIRST.index)


def hidden(place: Place) -> frozenset[str]:
    """The filters that are neither offered to a member nor applied."""
    nothing: frozenset[str] = frozenset()
    return (OF_NAMES if place.hides_names else nothing) | (OF_CALENDARS if calendars(place) == "none" else nothing)


def asked(place: Place, said: Said) -> Asked:
    """What a report asks for this member. Raises Refused for what cannot be read."""
    out_of_bounds = hidden(place)
    try:
        return Asked(**{name: READ[name](value) for name, value in said.items() if name not in out_of_bounds})
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Refused(UNREADABLE) from error


async def fields(place: Place) -> tuple[Field, ...]:
    """The filters that a member may use, with the practice's practitioners and tags."""
    people = {str(member): name for member, name in (await practitioners.every(place)).items()}
    words = {str(tag): name for tag, name in (await tags.every(place)).items()}
    out_of_bounds = hidden(place)
    return tuple(field for field in _every(place, people, words) if field.name not in out_of_bounds)


def _every(place: Place, people: dict[str, str], words: dict[str, str]) -> Iterator[Field]:
    sees = may(place, PlacePermission.VIEW_INVITATIONS)
    yield Field("practitioner", "Practitioner", FieldKind.CHOICE, people, "Everyone")
    yield Field("seen_since", "Seen since", FieldKind.DATE)
    yield Field("not_seen_since", "Not seen since", FieldKind.DATE)
    yield Field("next", "Next appointment", FieldKind.CHOICE, _words(NextAppointment))
    yield Field("age_from", "Age from", FieldKind.NUMBER)
    yield Field("age_to", "Age to", FieldKind.NUMBER)
    yield Field("status", "Status", FieldKind.CHOICE, _words(PatientStatus))
    yield Field("has_email", "Has email", FieldKind.CHOICE, _words(HasEmail))
    states = {state: words for state, words in _words(PortalState).items() if sees or state != PortalState.INVITED}
    yield Field("portal", "Portal", FieldKind.CHOICE, states)
    yield Field("tag", "Tag", FieldKind.CHOICE, words)
    yield Field("city", "City", FieldKind.TEXT)


def _words(kind: type[StrEnum]) -> dict[str, str]:
    return {choice.value: choice.value for choice in kind}


def faults(said: Said) -> Iterator[Refused]:
    """What is the wrong way round."""
    since, until = (
        date.fromisoformat(said[name]) if name in said else None for name in ("seen_since", "not_seen_since")
    )
    if since and until and since >= until:
        yield Refused("These dates are the wrong way round: “Seen since” comes first", "not_seen_since")
    if "age_from" in said and "age_to" in said and int(said["age_from"]) > int(said["age_to"]):
        yield Refused("These ages are the wrong way round: the younger comes first", "age_to")
