"""One report: its results a page at a time, running it again, saving, removing, and all of it as a file."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Stream
from pydantic import Field

from domain import clock
from domain.dates import long_date, short_time, there
from domain.errors import Changed, NotFound
from domain.paging import PAGE
from domain.permissions import PlacePermission, may
from domain.places import Place
from domain.reports import choices, results, running, saving, types
from domain.reports import report as reports
from domain.reports import sheet as sheets
from domain.reports.report import Report
from domain.reports.results import Results
from web.fields import Version
from web.forms import Form, FormModel, read
from web.pages.practice.report_actions import offered
from web.pages.practice.report_filters import ONE, in_words
from web.pages.practice.report_picture import most_in, picture
from web.respond import done, page, redirect
from web.session import Caller
from web.sheets import sheet


class SaveForm(FormModel):
    name: Annotated[str, Field(min_length=1, max_length=saving.LONGEST_NAME, description="Type a name")]
    shared: Annotated[str, Field(pattern="yes|no", description="Choose who sees it")] = "no"
    version: Version = 0


def base(place: Place, report: UUID) -> str:
    return f"/practice/{place.practice.slug}/reports/{report}"


@get(ONE, permission=PlacePermission.VIEW_REPORTS)
async def show_report(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    sent, number = request.query_params.get("sort", ""), request.query_params.get("page", "1")
    return await report_page(request, place, report, sent, number)


async def report_page(
    request: Caller, place: Place, report: UUID, sort: str, number: str, *,
    problem: str = "", fragment: str = "chosen-patients", status: int = 200,
) -> Response[bytes]:  # fmt: skip
    """A page of results; for htmx, only how many are chosen. `problem`: why what was asked was not done."""
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise NotFound
    shown = await results.read(place, report, sort, int(number))
    return page(
        request, "practice/report", fragment=fragment, status=status,
        problem=problem, changed=status == 409, **await _drawn(place, shown),
    )  # fmt: skip


async def _drawn(place: Place, shown: Results) -> dict[str, Any]:
    """What the page says of these results. Whoever may choose does so once they have run it as it is now."""
    kind, run = types.of(shown.report.type), shown.run
    ran = run is not None and run.current
    chooses = kind.lists_patients and ran and may(place, PlacePermission.CHOOSE_PATIENTS)
    return {
        "shown": shown, "kind": kind, "words": in_words(shown.report, await kind.fields(place)),
        "ran": _when(place, shown), "pages": _pages(shown), "most": most_in(shown.rows),
        "picture": picture(run.picture) if run and ran and kind.lists_patients else None,
        "chooses": chooses, "actions": offered(place) if chooses else [], "refused": 0,
        "many": await choices.count(place, shown.report.id) if chooses else 0,
    }  # fmt: skip


def _pages(shown: Results) -> int:
    """How many pages there are, as far as it is known: rows are as they are now, their number as it was at Run."""
    counted = shown.run.many if shown.run and shown.run.current else 0
    return max(-(-counted // PAGE), shown.page + shown.more)


def _when(place: Place, shown: Results) -> str:
    """When the member ran it last, on the practice's clocks; '' for never."""
    if shown.run is None:
        return ""
    now, then = (there(moment, place.practice.zone).date() for moment in (clock.now(), shown.run.ran_at))
    day = {0: "today", 1: "yesterday"}.get((now - then).days, f"on {long_date(then)}")
    return f"{day} at {short_time(shown.run.ran_at, place.practice.zone)}"


@post(f"{ONE}/run", permission=PlacePermission.VIEW_REPORTS)
async def run_again(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    await running.run(place, report)
    return redirect(base(place, report))


@get(f"{ONE}/download", permission=PlacePermission.VIEW_REPORTS)
async def download(report: FromPath[UUID], place: NamedDependency[Place]) -> Stream:
    found = await reports.find(place, report)
    today = there(clock.now(), place.practice.zone).date()
    return await sheet(f"{found.type.lower().replace(' ', '-')}-{today}", sheets.lines(place, report))


@get(f"{ONE}/save", permission=PlacePermission.SAVE_REPORTS)
async def show_save(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return save_page(request, await saving.mine(place, report))


@post(f"{ONE}/saving", permission=PlacePermission.SAVE_REPORTS)
async def save(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form, found = await read(request, SaveForm), await saving.mine(place, report)
    if form.ok:
        with form.refusals():
            shared, version = form.value.shared == "yes", form.value.version
            try:
                await saving.save(place, report, form.value.name, shared=shared, version=version)
            except Changed:
                return save_page(request, found, changed=True, status=409)
            return await done(request, base(place, report), flash=f"{form.value.name} is saved")
    return save_page(request, found, form, status=422)


def save_page(
    request: Caller, report: Report, form: Form[Any] | None = None, *, changed: bool = False, status: int = 200
) -> Response[bytes]:
    as_it_is: Form[Any] = Form({"name": report.name, "shared": "yes" if report.shared else "no"})
    return page(
        request, "practice/save-report", fragment="save-report", status=status,
        report=report, form=form or as_it_is, changed=changed,
    )  # fmt: skip


@get(f"{ONE}/remove", permission=PlacePermission.SAVE_REPORTS)
async def show_remove(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    found = await saving.mine(place, report)
    return page(request, "practice/remove-report", fragment="remove-report", report=found)


@post(f"{ONE}/removal", permission=PlacePermission.SAVE_REPORTS)
async def remove(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    await saving.remove(place, report)
    return await done(request, f"/practice/{place.practice.slug}/reports/patient", flash="The report is removed")


ROUTES: list[Any] = [show_report, run_again, download, show_save, save, show_remove, remove]
