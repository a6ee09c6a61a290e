"""The filters of a report: as a form asks for them, as they were sent, in words, and changing them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain.dates import long_date
from domain.errors import Changed
from domain.permissions import PlacePermission
from domain.places import Place
from domain.reports import saving, types
from domain.reports.report import Report
from domain.reports.report_type import Field, FieldKind
from web.days import typed_day
from web.fields import Version
from web.forms import Form, FormModel, read, sent
from web.respond import done, page
from web.session import Caller

ONE = "/practice/{slug:str}/reports/{report:uuid}"


class FiltersForm(FormModel):
    """The filters themselves are the report type's."""

    version: Version = 0


async def said_in(request: Caller, fields: Iterable[Field]) -> dict[str, str]:
    """What was sent for these fields. What came several times is one text that no field takes."""
    came = await sent(request)
    said = {field.name: came.get(field.name, "") for field in fields}
    texts = {name: value if isinstance(value, str) else "\0".join(value) for name, value in said.items()}
    days = {field.name for field in fields if field.kind is FieldKind.DATE}
    return {name: _day(text) if name in days else text for name, text in texts.items()}


def _day(text: str) -> str:
    """A day however it was typed: not every browser has a field for it."""
    day = typed_day(text.strip())
    return day.isoformat() if day else text


async def check(form: Form[Any], place: Place, kind: str, said: Mapping[str, str]) -> None:
    """Everything wrong with the filters becomes the form's errors."""
    for fault in await saving.faults(place, kind, said):
        form.errors.setdefault(fault.field, fault.words)


def in_words(report: Report, fields: Iterable[Field]) -> list[tuple[str, str]]:
    """What a report asks, by the label of the filter. Those that the member may not use are only counted."""
    known = {field.name: field for field in fields}
    said = [(known[name].label, _words(known[name], value)) for name, value in report.filters.items() if name in known]
    if unseen := len(report.filters) - len(said):
        said.append(("Left out", f"{unseen} {'filter' if unseen == 1 else 'filters'} that you do not see"))
    return said


def _words(field: Field, value: str) -> str:
    match field.kind:
        case FieldKind.CHOICE:
            return (field.choices or {}).get(value, "not there any more")
        case FieldKind.DATE:
            return long_date(date.fromisoformat(value))
        case _:
            return value


@get(f"{ONE}/filters", permission=PlacePermission.VIEW_REPORTS)
async def show_filters(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    found = await saving.refilterable(place, report)
    return await filters_page(request, place, found, Form({**found.filters, "version": found.version}))


@post(f"{ONE}/filters", permission=PlacePermission.VIEW_REPORTS)
async def change_filters(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form, found = await read(request, FiltersForm), await saving.refilterable(place, report)
    said = await said_in(request, await types.of(found.type).fields(place))
    await check(form, place, found.type, said)
    if form.ok:
        with form.refusals():
            try:
                await saving.refilter(place, report, said, form.value.version)
            except Changed:
                anew = Form[Any]({**found.filters, "version": found.version})
                return await filters_page(request, place, found, anew, changed=True, status=409)
            return await done(
                request, f"/practice/{place.practice.slug}/reports/{report}", flash="The filters are changed"
            )
    return await filters_page(request, place, found, form, status=422)


async def filters_page(
    request: Caller, place: Place, report: Report, form: Form[Any], *, changed: bool = False, status: int = 200
) -> Response[bytes]:
    """Somebody quicker (`changed`): what stands now is shown, not what was chosen."""
    return page(
        request, "practice/edit-report-filters", fragment="edit-report-filters", status=status,
        form=form, report=report, fields=await types.of(report.type).fields(place), not_of={}, changed=changed,
    )  # fmt: skip


ROUTES: list[Any] = [show_filters, change_filters]
