"""Settings > Communication Templates: message texts that are written once and used often."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from pydantic import BeforeValidator, Field

from domain import communication_templates as templates
from domain.communication_templates import Template
from domain.errors import Changed, Refused
from domain.permissions import PlacePermission
from domain.places import Place
from web.fields import Lines, Version
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller

HERE = "/practice/{slug:str}/settings/communication-templates"
ONE = f"{HERE}/{{template:uuid}}"


class TemplateForm(FormModel):
    name: Annotated[str, Field(min_length=1, max_length=templates.LONGEST_NAME, description="Type a name")]
    message: Annotated[Lines, Field(min_length=1, max_length=templates.LONGEST, description="Type the message")]
    preview: Annotated[bool, BeforeValidator(bool)] = False
    """Which button was pressed."""
    version: Version = 0

    def faults(self) -> Iterable[Refused]:
        return templates.faults(self.name, self.message)


def base(place: Place) -> str:
    return f"/practice/{place.practice.slug}/settings/communication-templates"


async def shown(place: Place) -> dict[str, Any]:
    """Each template with how a patient who does not exist would read it."""
    known = [(template, templates.preview(template.body, place)) for template in await templates.read(place)]
    return {"templates": known, "terms": templates.TERMS, "place": place}


@get(HERE, permission=PlacePermission.VIEW_SETTINGS)
async def show_templates(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    return page(request, "practice/communication-templates", **await shown(place))


@get(f"{HERE}/new", permission=PlacePermission.CHANGE_SETTINGS)
async def show_new(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    return template_page(request, None, Form())


@post(HERE, permission=PlacePermission.CHANGE_SETTINGS)
async def create(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, TemplateForm)
    if form.ok and form.value.preview:
        return template_page(request, None, form, templates.preview(form.value.message, place))
    if form.ok:
        with form.refusals():
            await templates.create(place, form.value.name, form.value.message)
            return await changed(request, place, f"{form.value.name} is saved")
    return template_page(request, None, form, status=422)


@get(f"{ONE}/edit", permission=PlacePermission.CHANGE_SETTINGS)
async def show_edit(request: Caller, template: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return edit_page(request, await templates.one(place, template))


@post(ONE, permission=PlacePermission.CHANGE_SETTINGS)
async def change(request: Caller, template: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form, before = await read(request, TemplateForm), await templates.one(place, template)
    if form.ok and form.value.preview:
        return template_page(request, before, form, templates.preview(form.value.message, place))
    if form.ok:
        with form.refusals():
            try:
                await templates.change(place, template, form.value.name, form.value.message, form.value.version)
            except Changed:
                return edit_page(request, await templates.one(place, template), status=409)
            return await changed(request, place, f"{form.value.name} is saved")
    return template_page(request, before, form, status=422)


def edit_page(request: Caller, template: Template, status: int = 200) -> Response[bytes]:
    """As the template stands now: after somebody else's change (409) too."""
    form: Form[Any] = Form({"name": template.name, "message": template.body})
    return template_page(request, template, form, status=status)


def template_page(
    request: Caller, template: Template | None, form: Form[Any], preview: str = "", status: int = 200
) -> Response[bytes]:
    version = form["version"] if form["version"] and status != 409 else template.version if template else ""
    return page(
        request, "practice/edit-template", fragment="edit-template", status=status,
        known=template, form=form, preview=preview, version=version, changed=status == 409, terms=templates.TERMS,
    )  # fmt: skip


@get(f"{ONE}/remove", permission=PlacePermission.CHANGE_SETTINGS)
async def show_remove(request: Caller, template: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    found = await templates.one(place, template)
    return page(request, "practice/remove-template", fragment="remove-template", known=found)


@post(f"{ONE}/removal", permission=PlacePermission.CHANGE_SETTINGS)
async def remove(request: Caller, template: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    await templates.remove(place, template)
    return await changed(request, place, "The template is removed")


async def changed(request: Caller, place: Place, words: str) -> Response[bytes]:
    """After a change: the list anew."""
    return await done(
        request, base(place), flash=words, fragment="communication-templates", into="communication-templates",
        context=lambda: shown(place),
    )  # fmt: skip


ROUTES: list[Any] = [show_templates, show_new, create, show_edit, change, show_remove, remove]
