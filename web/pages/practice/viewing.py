"""Whose information an administrator views."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Response
from pydantic import Field

from domain.members import viewing
from domain.permissions import PlacePermission
from domain.places import Place
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller

HERE = "/practice/{slug:str}/viewing"


class ViewingForm(FormModel):
    practitioner: Annotated[UUID, Field(description="Choose a practitioner")]


@get(HERE, permission=PlacePermission.CHOOSE_WHOM_TO_VIEW)
async def show_viewing(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    form: Form[Any] = Form({"practitioner": place.viewing})
    return page(request, "practice/viewing", form=form, practitioners=await viewing.viewable(place))


@post(HERE, permission=PlacePermission.CHOOSE_WHOM_TO_VIEW)
async def view(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, ViewingForm)
    if form.ok:
        chosen = await viewing.view(place, form.value.practitioner)
        words = f"You are viewing the information of {chosen.name}"
        return await done(request, f"/practice/{place.practice.slug}/", flash=words)
    practitioners = await viewing.viewable(place)
    return page(request, "practice/viewing", form=form, practitioners=practitioners, status=422)


ROUTES: list[Any] = [show_viewing, view]
