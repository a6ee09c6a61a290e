"""One patient of a practice, as far as a member finds them. Every operation on a patient begins here."""

from dataclasses import dataclass
from uuid import UUID

from db.engine import Prepared
from domain.errors import NotFound, NotPermitted
from domain.permissions import Area, reach
from domain.places import FOUND, NAME, OWN, Place, finding
from domain.portals import called


@dataclass(frozen=True)
class Found:
    """A patient whom a member finds. Where names are hidden the code stands in place of both names."""

    id: UUID
    name: str
    called: str
    """What to call them in a sentence: the preferred name, else the first."""
    portal: UUID | None
    practitioner: UUID | None
    own: bool
    """Whether they are the member's own (decision 29)."""


_found = Prepared(
    f"SELECT p.id, {NAME} AS name, CASE WHEN $5 THEN p.code ELSE p.preferred_name END AS preferred_name,"  # noqa: S608 - words of ours
    f" p.portal, p.practitioner, ({OWN}) IS TRUE AS own FROM patient p WHERE {FOUND} AND p.id = $6"
)


async def find(place: Place, patient: UUID, area: Area = Area.CONTACT) -> Found:
    """A patient of whom the member may read `area`.

    Raises NotFound for one who is absent, another practice's or not theirs to find, and NotPermitted where they read
    the name and contact alone.
    """
    row = await _found.first(*finding(place, Area.CONTACT), place.hides_names, patient)
    if row is None:
        raise NotFound
    preferred_name = row.pop("preferred_name")
    found = Found(**row, called=called(row["name"], preferred_name))
    if not reads(place, found, area):
        raise NotPermitted
    return found


def reads(place: Place, patient: Found, area: Area) -> bool:
    """Whether a member reads an area of a patient whom they have found."""
    how_much = reach(place, area)
    return how_much == "all" or (how_much == "own" and patient.own)
