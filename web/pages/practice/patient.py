"""One patient of a practice: the profile."""

from typing import Any
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain import invitations, notes, updates
from domain.patients import guardians, profile, revocations
from domain.permissions import PlacePermission, may
from domain.places import Place
from web.respond import page
from web.session import Caller

HERE = "/practice/{slug:str}/patients/{patient:uuid}"


@get(HERE, permission=PlacePermission.VIEW_PATIENTS)
async def show_patient(request: Caller, patient: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return page(request, "practice/patient", **await shown(place, patient))


async def shown(place: Place, patient: UUID) -> dict[str, Any]:
    """What the page and its partials are drawn from. Each section of the profile adds a line of its own."""
    read = await profile.read(place, patient)
    revokes = may(place, PlacePermission.REVOKE_PRACTITIONERS)
    confirms = may(place, PlacePermission.CONFIRM_GUARDIANS) and read.details and read.patient.portal
    return {
        "profile": read,
        "patient": read.patient,
        "portal": await invitations.of_patient(place, read.patient),
        "guardians": await guardians.guardians(place, patient) if confirms else (),
        "revocations": await revocations.read(place, read.patient) if revokes else None,
        "notes": await notes.of_patient(place, read.patient),
        "updates": await updates.history(place, read.patient),
    }


ROUTES: list[Any] = [show_patient]
