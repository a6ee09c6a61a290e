"""Unlinking a patient from the portal that shows them."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain.errors import Changed
from domain.patients import unlinking
from domain.permissions import PlacePermission
from domain.places import Place
from web.forms import FormModel, read
from web.pages.practice.patient import HERE
from web.respond import done, page
from web.session import Caller


class UnlinkForm(FormModel):
    """`mark` is that of the portal when the form was drawn."""

    mark: UUID


@get(f"{HERE}/unlink", permission=PlacePermission.UNLINK)
async def show_unlink(request: Caller, patient: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return await unlink_page(request, place, patient)


@post(f"{HERE}/unlinking", permission=PlacePermission.UNLINK)
async def unlink(request: Caller, patient: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, UnlinkForm)
    if not form.ok:
        return await unlink_page(request, place, patient, changed=True, status=409)
    try:
        await unlinking.unlink(place, patient, form.value.mark)
    except Changed:
        return await unlink_page(request, place, patient, changed=True, status=409)
    words = "Unlinked. The portal shows nothing of yours any more"
    return await done(request, f"/practice/{place.practice.slug}/patients/{patient}", flash=words)


async def unlink_page(
    request: Caller, place: Place, patient: UUID, *, changed: bool = False, status: int = 200
) -> Response[bytes]:
    linked = await unlinking.linked(place, patient)
    return page(
        request, "practice/unlink", fragment="unlink", status=status,
        linked=linked, patient=linked.patient, changed=changed,
    )  # fmt: skip


ROUTES: list[Any] = [show_unlink, unlink]
