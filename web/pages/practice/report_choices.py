"""Choosing patients in the results of a report. Every button of its table saves the ticks first, then goes its way."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath
from litestar.response import Response

from domain.errors import Changed, Refused
from domain.permissions import PlacePermission
from domain.places import Place
from domain.reports import choices
from domain.reports.choices import Choice
from web.fields import Version
from web.forms import FormModel, read
from web.pages.practice.patient_record import id_in
from web.pages.practice.report import base, report_page
from web.pages.practice.report_actions import offered
from web.pages.practice.report_filters import ONE
from web.respond import done, redirect
from web.session import Caller

CHANGED = "This report changed since you opened it, so nobody was chosen"
LEFT_OUT = "{:,} could not be chosen: they are not in this report any more"


class ChoiceForm(FormModel):
    """Whom the page shows and who of them is ticked, in what order and where; and the button: another order, another
    page, an action, or whom to `choose` at once."""

    version: Version = 0
    shown: str = ""
    ticked: str | list[str] = ""
    sorted: str = ""
    paged: str = "1"
    sort: str = ""
    page: str = ""
    action: str = ""
    choose: str = ""


@post(f"{ONE}/choice", permission=PlacePermission.CHOOSE_PATIENTS)
async def choose(request: Caller, report: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, ChoiceForm)
    if not form.ok:
        raise ClientException
    sent = form.value
    try:
        choice = await _chosen(place, report, sent)
    except (Changed, Refused) as error:
        problem, status = (error.words, 422) if isinstance(error, Refused) else (CHANGED, 409)
        return await report_page(
            request, place, report, sent.sorted, sent.paged, problem=problem, status=status,
            fragment="report-problem" if sent.action else "chosen-patients",
        )  # fmt: skip
    if sent.action:
        return redirect(_next(place, report, sent))
    return await done(
        request, _next(place, report, sent), flash=LEFT_OUT.format(choice.refused) if choice.refused else "",
        fragment="chosen-patients", context=lambda: _shown(choice),
    )  # fmt: skip


async def _chosen(place: Place, report: UUID, sent: ChoiceForm) -> Choice:
    shown = _ids(sent.shown.split(","))
    match sent.choose:
        case "all":
            return await choices.choose_all(place, report, sent.version)
        case "nobody":
            return await choices.choose_none(place, report, sent.version)
        case "page":
            return await choices.choose_page(place, report, shown, shown, sent.version)
        case "none":
            return await choices.choose_page(place, report, shown, [], sent.version)
        case _:
            ticked = [sent.ticked] if isinstance(sent.ticked, str) else sent.ticked
            return await choices.choose_page(place, report, shown, _ids(ticked), sent.version)


def _ids(said: Iterable[str]) -> list[UUID]:
    """What is an id of all that was said."""
    return [one for text in said if (one := id_in(text))]


def _next(place: Place, report: UUID, sent: ChoiceForm) -> str:
    """Where the button leads: an action's pop-up as a page, or the results as they were or as was asked."""
    if sent.action in [action.address for action in offered(place)]:
        return f"{base(place, report)}/{sent.action}"
    asked = {"sort": sent.sort or sent.sorted, "page": sent.page or ("1" if sent.sort else sent.paged)}
    return f"{base(place, report)}?{urlencode(asked)}#results"


async def _shown(choice: Choice) -> dict[str, Any]:
    return {"many": choice.many, "refused": choice.refused, "problem": "", "flash": ""}


ROUTES: list[Any] = [choose]
