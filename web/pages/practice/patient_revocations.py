"""Practitioners who are kept from one patient."""

from typing import Annotated, Any
from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from pydantic import Field

from domain.patients import found, revocations
from domain.permissions import PlacePermission
from domain.places import Place
from web.forms import Form, FormModel, read
from web.pages.practice.patient import HERE as PATIENT
from web.pages.practice.patient import shown
from web.respond import done, page
from web.session import Caller

HERE = f"{PATIENT}/revocations"


class RevocationForm(FormModel):
    member: Annotated[UUID, Field(description="Choose a practitioner")]


@post(HERE, permission=PlacePermission.REVOKE_PRACTITIONERS)
async def revoke(request: Caller, patient: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, RevocationForm)
    if form.ok:
        with form.refusals():
            await revocations.revoke(place, patient, form.value.member)
            return await _done(request, place, patient, "Revoked. They no longer find this patient")
    return page(
        request, "practice/patient", fragment="patient-revocations", status=422,
        **{**await shown(place, patient), "form": form},
    )  # fmt: skip


@post(f"{HERE}/{{member:uuid}}/removal", permission=PlacePermission.REVOKE_PRACTITIONERS)
async def give_back(
    request: Caller, patient: FromPath[UUID], member: FromPath[UUID], place: NamedDependency[Place]
) -> Response[bytes]:
    await revocations.give_back(place, patient, member)
    return await _done(request, place, patient, "Given back. They find this patient again")


async def _done(request: Caller, place: Place, patient: UUID, flash: str) -> Response[bytes]:
    async def context() -> dict[str, Any]:
        one = await found.find(place, patient)
        return {"place": place, "patient": one, "revocations": await revocations.read(place, one), "form": Form()}

    return await done(
        request, f"/practice/{place.practice.slug}/patients/{patient}", flash=flash,
        fragment="patient-revocations", into="patient-revocations", context=context,
    )  # fmt: skip


ROUTES: list[Any] = [revoke, give_back]
