"""Who pays for the care of a portal's person."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Response

from domain import funding
from domain.errors import Changed, Refused
from domain.funding import Funding, NewFunding
from domain.permissions import Permission
from domain.portals import Visit
from web.fields import Ticked, Version
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller
from web.words import whose

HERE = "/portal/{portal:uuid}/funding"


class FundingForm(FormModel):
    medicare_number: str = ""
    medicare_reference: str = ""
    medicare_expiry: str = ""
    remove_medicare: Ticked = False
    health_fund: str = ""
    fund_number: str = ""
    remove_fund: Ticked = False
    version: Version = 0

    @property
    def funding(self) -> NewFunding:
        return NewFunding(**self.model_dump())

    def faults(self) -> Iterable[Refused]:
        return funding.faults(self.funding)


@get(HERE, permission=Permission.VIEW_FUNDING)
async def show_funding(request: Caller, visit: NamedDependency[Visit]) -> Response[bytes]:
    return page(request, "portal/funding", funding=await funding.read(visit))


@get(f"{HERE}/edit", permission=Permission.CHANGE_FUNDING)
async def show_edit(request: Caller, visit: NamedDependency[Visit]) -> Response[bytes]:
    return edit_page(request, await funding.read(visit))


@post(HERE, permission=Permission.CHANGE_FUNDING)
async def change_funding(request: Caller, visit: NamedDependency[Visit]) -> Response[bytes]:
    form = await read(request, FundingForm)
    if form.ok:
        with form.refusals():
            try:
                await funding.change(visit, form.value.funding)
            except Changed:
                return edit_page(request, await funding.read(visit), changed=True, status=409)
            return await done(
                request, f"/portal/{visit.portal}/funding", flash=f"{whose(visit, first=True)} funding is saved",
                fragment="funding", into="funding", context=_section(visit),
            )  # fmt: skip
    return edit_page(request, await funding.read(visit), form, status=422)


def _section(visit: Visit) -> Any:
    async def context() -> dict[str, Any]:
        return {"funding": await funding.read(visit), "visit": visit}

    return context


def edit_page(
    request: Caller, kept: Funding, form: Form[Any] | None = None, *, changed: bool = False, status: int = 200
) -> Response[bytes]:
    """Without a `form`, draws what is kept; of masked numbers nothing goes into it. See profile.py for `changed`."""
    if form is None:
        drawn = asdict(kept)
        form = Form(drawn if kept.whole else {**drawn, "medicare_number": "", "fund_number": ""})
    return page(
        request, "portal/edit-funding", fragment="edit-funding", status=status, form=form, funding=kept, changed=changed
    )


ROUTES: list[Any] = [show_funding, show_edit, change_funding]
