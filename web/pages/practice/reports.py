"""Reports > Patient: those that one has, and New Report."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Response

from domain.patients import record
from domain.permissions import PlacePermission
from domain.places import Place
from domain.reports import listing, saving
from domain.reports.report_type import Field
from domain.reports.types import TYPES
from web.forms import Form, FormModel, read
from web.pages.practice.patient_record import id_in
from web.pages.practice.report_filters import check, in_words, said_in
from web.respond import page, redirect
from web.session import Caller

HERE = "/practice/{slug:str}/reports"


class NewForm(FormModel):
    """`row` is the id that the report will have. The filters themselves are the report type's."""

    unseen = frozenset({"row"})
    type: str = ""
    row: str = ""


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
    """The form with the filters of every type: those of another than is chosen are hidden by the style alone, so that
    nothing is loaded or lost when somebody changes their mind."""
    every = {name: await kind.fields(place) for name, kind in TYPES.items()}
    fields = {field.name: field for of_type in every.values() for field in of_type}
    not_of = {name: _not_of(name, list(every.values())) for name in fields}
    return page(
        request, "practice/new-report", status=status, form=form, types=TYPES,
        fields=list(fields.values()), not_of=not_of,
    )  # fmt: skip


def _not_of(name: str, every: list[tuple[Field, ...]]) -> str:
    """The style's words for the types that a filter is not of, by their place in the list."""
    without = [number for number, fields in enumerate(every, start=1) if name not in {field.name for field in fields}]
    return " ".join(f"not-{number}" for number in without)


ROUTES: list[Any] = [show_reports, show_new, run_new]
