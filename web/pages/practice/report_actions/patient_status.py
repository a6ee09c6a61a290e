"""Actions > Update patient status."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from pydantic import AfterValidator, BeforeValidator, Field

from domain.errors import Changed
from domain.patients.question import PatientStatus
from domain.permissions import PlacePermission
from domain.places import Place
from domain.reports.actions import patient_status
from domain.reports.actions.patient_status import STATUSES, Outcome, Preview
from web.forms import Form, FormModel, read
from web.pages.practice.report_actions.action import Action
from web.respond import done, page
from web.session import Caller

ACTION = Action("Update patient status", PlacePermission.CHANGE_PATIENTS, "patient-status")
HERE = f"/practice/{{slug:str}}/reports/{{report:uuid}}/{ACTION.address}"


def _offered(status: PatientStatus) -> PatientStatus:
    if status not in STATUSES:
        raise ValueError("Choose Active or Inactive")
    return status


class StatusForm(FormModel):
    """`mark` is that of the choice that the pop-up spoke of."""

    unseen = frozenset({"mark"})
    status: Annotated[PatientStatus, Field(description="Choose Active or Inactive"), AfterValidator(_offered)]
    mark: Annotated[str, BeforeValidator(str)] = ""


@get(HERE, permission=ACTION.permission)
async def show_status(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return await status_page(request, place, report, Form())


@post(HERE, permission=ACTION.permission)
async def update_status(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, StatusForm)
    if not form.ok:
        return await status_page(request, place, report, form, status=422)
    try:
        with form.refusals():
            outcome = await patient_status.update(place, report, form.value.mark, form.value.status)
            to = f"/practice/{place.practice.slug}/reports/{report}"
            return await done(request, to, flash=in_words(outcome, form.value.status))
    except Changed:
        return await status_page(request, place, report, form, changed=True, status=409)
    return await status_page(request, place, report, form, status=422)


def in_words(outcome: Outcome, status: PatientStatus) -> str:
    """What became of those chosen, each counted once."""
    one = outcome.changed == 1
    said = [
        (outcome.changed, f"{outcome.changed:,} {'patient is' if one else 'patients are'} {status} now"),
        (outcome.already, f"{outcome.already:,} {'was' if outcome.already == 1 else 'were'} already"),
    ]
    nobody = "Nobody is chosen any more. If you pressed Update twice, it was done the first time"
    return ", ".join([*(words for many, words in said if many), *_left_out(outcome)]) or nobody


async def status_page(
    request: Caller, place: Place, report: UUID, form: Form[Any], *, changed: bool = False, status: int = 200
) -> Response[bytes]:
    preview = await patient_status.read(place, report)
    return page(
        request, "practice/update-patient-status", fragment="update-patient-status", status=status, form=form,
        preview=preview, words={one: beforehand(preview, one) for one in STATUSES}, changed=changed, action=ACTION,
    )  # fmt: skip


def beforehand(preview: Preview, status: PatientStatus) -> str:
    """What would become of those chosen, each counted once."""
    outcome = preview.outcomes[status]
    changed, already = outcome.changed, outcome.already
    verb = "become" if changed > 1 else "becomes"
    said = [f"{changed:,} {verb} {status}" if changed else f"Nobody becomes {status}"]
    said += [f"{already:,} {'is' if already == 1 else 'are'} already"] if already else []
    return ", ".join([*said, *_left_out(outcome)])


def _left_out(outcome: Outcome) -> list[str]:
    said = [
        (outcome.deceased, f"{outcome.deceased:,} {'has' if outcome.deceased == 1 else 'have'} died"),
        (outcome.no_access, f"{outcome.no_access:,} you have no access to"),
    ]
    return [words for many, words in said if many]


ROUTES: list[Any] = [show_status, update_status]
