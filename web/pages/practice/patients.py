"""The patients of a practice: found as one types, filtered, a page at a time. The address holds the question."""

from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Response

from domain.errors import NotFound
from domain.patients import listing, practitioners
from domain.patients.question import Order, PatientStatus, PortalState, Question
from domain.permissions import Area, PlacePermission, may, reach
from domain.places import Place
from web.respond import page
from web.session import Caller

HERE = "/practice/{slug:str}/patients"
Choice = TypeVar("Choice", bound=StrEnum)


@get(HERE, permission=PlacePermission.VIEW_PATIENTS)
async def show_patients(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    names = await practitioners.every(place) if reach(place, Area.PROFILES) != "none" else {}
    asked = _asked(request)
    return page(
        request, "practice/patients", fragment="patients",
        asked=asked, shown=await listing.read(place, asked), practitioners=names,
        choices={"portal": _portal_states(place), "status": PatientStatus, "sort": Order},
        other_page=_other_page(asked),
    )  # fmt: skip


def _portal_states(place: Place) -> list[PortalState]:
    """What can be asked about portals: who is invited, by those alone who see invitations."""
    sees = may(place, PlacePermission.VIEW_INVITATIONS)
    return [state for state in PortalState if sees or state is not PortalState.INVITED]


def _asked(request: Caller) -> Question:
    """What the address asks. A choice that there is not is none; what no page can be raises NotFound."""
    sent = request.query_params.get
    number = sent("page", "1")
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise NotFound
    return Question(
        q=" ".join("".join(c for c in sent("q", "") if c.isprintable()).split())[:100],
        practitioner=_id(sent("practitioner", "")),
        portal=_choice(PortalState, sent("portal", "")),
        status=_choice(PatientStatus, sent("status", "")),
        order=_choice(Order, sent("sort", "")) or Order.FAMILY_NAME,
        page=int(number),
    )


def _choice(kind: type[Choice], said: str) -> Choice | None:
    return kind(said) if said in list(kind) else None


def _id(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def _other_page(asked: Question) -> Any:
    """The address of another page of the same question."""
    said = {
        "q": asked.q, "practitioner": asked.practitioner, "portal": asked.portal, "status": asked.status,
        "sort": asked.order if asked.order is not Order.FAMILY_NAME else None,
    }  # fmt: skip
    kept = {name: str(value) for name, value in said.items() if value}

    def address(number: int) -> str:
        return f"?{urlencode({**kept, 'page': number})}"

    return address


ROUTES: list[Any] = [show_patients]
