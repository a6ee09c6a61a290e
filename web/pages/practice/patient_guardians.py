"""The guardians of a patient's portal, for the practice to confirm."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from pydantic import Field

from domain.errors import NotFound
from domain.patients import found, guardians
from domain.patients.guardians import ConfirmationState, PatientGuardian
from domain.permissions import PlacePermission
from domain.places import Place
from web.forms import FormModel, read
from web.respond import done, page
from web.session import Caller

HERE = "/practice/{slug:str}/patients/{patient:uuid}/guardians"


class ConfirmationForm(FormModel):
    state: Annotated[Literal["Confirmed", "Refused"], Field(description="Choose Confirm or Do not confirm")]
    drawn: ConfirmationState = ConfirmationState.WAITING


@get(HERE, permission=PlacePermission.CONFIRM_GUARDIANS)
async def show_guardians(request: Caller, patient: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return await guardians_page(request, place, patient)


async def guardians_page(
    request: Caller, place: Place, patient: UUID, decided: UUID | None = None, **more: Any
) -> Response[bytes]:
    """`decided`: whom a form is about. Raises NotFound for nobody's guardian here."""
    shown = await guardians.guardians(place, patient)
    if decided and decided not in {one.id for one in shown}:
        raise NotFound
    return page(
        request, "practice/patient-guardians", **more, guardians=shown, patient=await found.find(place, patient)
    )


@post(f"{HERE}/{{guardian:uuid}}/confirmation", permission=PlacePermission.CONFIRM_GUARDIANS)
async def decide(
    request: Caller, patient: FromPath[UUID], guardian: FromPath[UUID], place: NamedDependency[Place]
) -> Response[bytes]:
    form = await read(request, ConfirmationForm)
    if not form.ok:
        form.errors = {"": "Choose Confirm or Do not confirm"}
        return await guardians_page(request, place, patient, guardian, form=form, status=422)
    state = ConfirmationState(form.value.state)
    decided = await guardians.decide(place, patient, guardian, state, form.value.drawn)
    return await done(
        request, f"/practice/{place.practice.slug}/patients/{patient}/guardians", flash=_said(decided),
        fragment="guardian-row", into=f"guardian-row-{guardian}", context=_row(place, patient, decided),
    )  # fmt: skip


def _said(guardian: PatientGuardian) -> str:
    if guardian.state is ConfirmationState.CONFIRMED:
        return f"{guardian.name} is confirmed, and sees now what you share"
    return f"{guardian.name} is not confirmed, and sees nothing of yours"


def _row(place: Place, patient: UUID, guardian: PatientGuardian) -> Any:
    async def context() -> dict[str, Any]:
        return {"guardian": guardian, "patient": await found.find(place, patient), "place": place}

    return context


ROUTES: list[Any] = [show_guardians, decide]
