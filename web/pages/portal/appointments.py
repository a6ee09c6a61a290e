"""The appointments of a portal, and the cancelling of one."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from domain import appointments
from domain.appointments import Appointment, AppointmentStatus
from domain.dates import long_date, short_time
from domain.permissions import Permission
from domain.portals import Visit
from web.forms import Form
from web.respond import done, page
from web.session import Caller
from web.words import whose

HERE = "/portal/{portal:uuid}/appointments"


@get(HERE, permission=Permission.VIEW_APPOINTMENTS)
async def show_appointments(
    request: Caller, visit: NamedDependency[Visit], number: Annotated[int, QueryParameter(name="page")] = 1
) -> Response[bytes]:
    return page(request, "portal/appointments", shown=await appointments.read(visit, number))


@get(f"{HERE}/{{appointment:uuid}}/cancel", permission=Permission.CANCEL_APPOINTMENTS)
async def show_cancel(request: Caller, appointment: FromPath[UUID], visit: NamedDependency[Visit]) -> Response[bytes]:
    return cancel_page(request, await appointments.one(visit, appointment), Form())


@post(f"{HERE}/{{appointment:uuid}}/cancellation", permission=Permission.CANCEL_APPOINTMENTS)
async def cancel(request: Caller, appointment: FromPath[UUID], visit: NamedDependency[Visit]) -> Response[bytes]:
    found, form = await appointments.one(visit, appointment), Form[Any]()
    with form.refusals():
        await appointments.cancel(visit, appointment)
        return await done(
            request, f"/portal/{visit.portal}/appointments", flash=_said(found, visit),
            fragment="appointment-row", into=f"appointment-row-{appointment}", context=_row(found, visit),
        )  # fmt: skip
    return cancel_page(request, found, form, status=422)


def _said(cancelled: Appointment, visit: Visit) -> str:
    day, time = (words(cancelled.starts_at, cancelled.zone) for words in (long_date, short_time))
    return f"{whose(visit, first=True)} appointment on {day} at {time} is cancelled"


def _row(cancelled: Appointment, visit: Visit) -> Any:
    async def context() -> dict[str, Any]:
        now = replace(cancelled, status=AppointmentStatus.CANCELLED, can_be_cancelled=False)
        return {"appointment": now, "visit": visit}

    return context


def cancel_page(request: Caller, appointment: Appointment, form: Form[Any], status: int = 200) -> Response[bytes]:
    return page(
        request, "portal/cancel-appointment", fragment="cancel-appointment", status=status,
        appointment=appointment, form=form,
    )  # fmt: skip


ROUTES: list[Any] = [show_appointments, show_cancel, cancel]
