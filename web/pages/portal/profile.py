"""The details of a portal's person."""

from collections.abc import Iterable, Sequence
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Response

from domain import details, updates
from domain.details import Details
from domain.errors import Changed, Refused
from domain.permissions import Permission
from domain.portals import Visit
from domain.portals import called as called_by
from domain.updates import Sent
from domain.words import listed
from web.days import typed_day, wrong_with
from web.forms import Form, read
from web.person_form import PersonForm, drawn
from web.respond import done, page
from web.session import Caller
from web.words import whose

HERE = "/portal/{portal:uuid}/profile"


class DetailsForm(PersonForm):
    name: str = ""

    @property
    def details(self) -> Details:
        return Details(**{**self.model_dump(), "birth_date": typed_day(self.birth_date)})

    def faults(self) -> Iterable[Refused]:
        return [*wrong_with(self.birth_date, "birth_date"), *details.faults(self.details)]


@get(HERE, permission=Permission.VIEW_DETAILS)
async def show_profile(request: Caller, visit: NamedDependency[Visit]) -> Response[bytes]:
    return page(request, "portal/profile", **await _section(visit)())


@get(f"{HERE}/edit", permission=Permission.CHANGE_DETAILS)
async def show_edit(request: Caller, visit: NamedDependency[Visit]) -> Response[bytes]:
    return edit_page(request, drawn(await details.read(visit)))


@post(HERE, permission=Permission.CHANGE_DETAILS)
async def change_profile(request: Caller, visit: NamedDependency[Visit]) -> Response[bytes]:
    form = await read(request, DetailsForm)
    if not form.ok:
        return edit_page(request, form, status=422)
    try:
        sent = await details.change(visit, form.value.details)
    except Changed:
        return edit_page(request, drawn(await details.read(visit)), changed=True, status=409)
    # A new name stands in the bar and the title too, so then the whole page is drawn again.
    renamed = visit.called != called_by(form.value.name, form.value.preferred_name) or visit.name != form.value.name
    return await done(
        request, f"/portal/{visit.portal}/profile", flash=_said(visit, sent),
        fragment="" if renamed else "details", into="details", context=_section(visit),
    )  # fmt: skip


def _said(visit: Visit, sent: Sequence[Sent]) -> str:
    """What becomes of it, at the practices that show themselves to this visitor."""
    has = listed([one.practice_name for one in sent if one.shown and one.at_once])
    checks = [one.practice_name for one in sent if one.shown and not one.at_once]
    said = f"{whose(visit, first=True)} details are saved{f' and passed on to {has}' if has else ''}"
    return f"{said}. {listed(checks)} will check them first" if checks else said


def _section(visit: Visit) -> Any:
    async def context() -> dict[str, Any]:
        read = await details.read(visit)
        return {"details": read, "practices": await updates.told(visit, read), "visit": visit}

    return context


def edit_page(request: Caller, form: Form[Any], *, changed: bool = False, status: int = 200) -> Response[bytes]:
    """Somebody quicker (`changed`): what stands now is shown, not what was typed (decision 3)."""
    return page(
        request, "portal/edit-profile", fragment="edit-profile", status=status, form=form, changed=changed,
    )  # fmt: skip


ROUTES: list[Any] = [show_profile, show_edit, change_profile]
