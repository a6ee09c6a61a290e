"""Reports > Patient: those that one has, and New Report."""

from typing import Annotated, Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Response
from pydantic import BeforeValidator

from domain.patients import record
from domain.permissions import PlacePermission
from domain.places import Place
from domain.reports import listing, saving
from domain.reports.types import TYPES
from web.forms import Form, FormModel, read
from web.pages.practice.patient_record import id_in
from web.pages.practice.report_filters import check, in_words, said_in
from web.respond import page, redirect
from web.session import Caller

HERE = "/practice/{slug:str}/reports"
FIRST = next(iter(TYPES))


class NewForm(FormModel):
    """`row` is the id that the report will have; `show` which button was pressed."""

    unseen = frozenset({"row"})
    type: str = ""
    row: str = ""
    show: Annotated[bool, BeforeValidator(bool)] = False


@get([HERE, f"{HERE}/patient"], permission=PlacePermission.VIEW_REPORTS)
async def show_reports(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    shown = await listing.read(place)
    asked = {one.type for one in shown.lately if one.type in TYPES}
    fields = {name: await TYPES[name].fields(place) for name in sorted(asked)}
    words = {one.id: in_words(one, fields[one.type]) for one in shown.lately if one.type in fields}
    return page(request, "practice/reports", shown=shown, words=words)


@get(f"{HERE}/new", permission=PlacePermission.VIEW_REPORTS)
async def show_new(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    return await new_page(request, place, Form({"type": request.query_params.get("type", ""), "row": record.draw_id()}))


@post(HERE, permission=PlacePermission.VIEW_REPORTS)
async def run_new(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, NewForm)
    if form.ok and form.value.type not in TYPES:
        form.errors["type"] = "Choose a report type of the list"
    if form.ok and form.value.show:
        return await new_page(request, place, form)
    if form.ok:
        said = await said_in(request, await TYPES[form.value.type].fields(place))
        await check(form, place, form.value.type, said)
    if form.ok:
        with form.refusals():
            report = id_in(form.value.row) or record.draw_id()
            await saving.start(place, report, form.value.type, said)
            return redirect(f"/practice/{place.practice.slug}/reports/{report}")
    return await new_page(request, place, form, status=422)


async def new_page(request: Caller, place: Place, form: Form[Any], status: int = 200) -> Response[bytes]:
    """The form with the filters of the type that is chosen, the first one if none is."""
    chosen = TYPES[form["type"] if form["type"] in TYPES else FIRST]
    return page(
        request, "practice/new-report", fragment="report-fields", status=status,
        form=form, types=TYPES, chosen=chosen, fields=await chosen.fields(place),
    )  # fmt: skip


ROUTES: list[Any] = [show_reports, show_new, run_new]
