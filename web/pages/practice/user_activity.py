"""Settings > Users: asking again, taking an asking back, deactivating and activating."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain import accounts
from domain.members import activity, asking, listing
from domain.members.listing import Member, MemberStatus
from domain.members.rights import PROTECTED
from domain.permissions import PlacePermission
from domain.places import Place
from domain.sessions import Session
from web.fields import TypedAgain
from web.forms import Form, FormModel, read
from web.pages.practice.users import HERE, changed
from web.respond import page
from web.session import Caller

ONE = f"{HERE}/{{member:uuid}}"


class ActivateForm(FormModel):
    password: TypedAgain = ""


@post(f"{ONE}/resending", permission=PlacePermission.CHANGE_MEMBERS)
async def resend(request: Caller, member: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    person = await listing.member(place, member)
    await asking.resend(place, member)
    return await changed(request, place, f"We have written to {person.email} again. The link before opens nothing now")


@post(f"{ONE}/cancellation", permission=PlacePermission.CHANGE_MEMBERS)
async def cancel(request: Caller, member: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    await asking.cancel(place, member)
    return await changed(request, place, "The request to join is taken back")


@get(f"{ONE}/deactivate", permission=PlacePermission.CHANGE_MEMBERS)
async def show_deactivate(request: Caller, member: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return confirm_page(request, place, await listing.member(place, member), "deactivate")


@post(f"{ONE}/deactivation", permission=PlacePermission.CHANGE_MEMBERS)
async def deactivate(request: Caller, member: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form: Form[Any] = Form()
    with form.refusals():
        person = await activity.deactivate(place, member)
        return await changed(request, place, f"{person.name} is deactivated and can open nothing here")
    return confirm_page(request, place, await listing.member(place, member), "deactivate", form)


@get(f"{ONE}/activate", permission=PlacePermission.CHANGE_MEMBERS)
async def show_activate(request: Caller, member: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return confirm_page(request, place, await listing.member(place, member), "activate")


@post(f"{ONE}/activation", permission=PlacePermission.CHANGE_MEMBERS)
async def activate(
    request: Caller, member: FromPath[UUID], place: NamedDependency[Place], session: NamedDependency[Session]
) -> Response[bytes]:
    form = await read(request, ActivateForm)
    if form.ok:
        with form.refusals():
            await accounts.demand_fresh(session, form.value.password)
            person = await activity.activate(place, member)
            return await changed(request, place, f"{person.name} can work here again")
    return confirm_page(request, place, await listing.member(place, member), "activate", form)


def confirm_page(
    request: Caller, place: Place, person: Member, way: str, form: Form[Any] | None = None
) -> Response[bytes]:
    """The question before it is done; for whom it cannot be done, why, and whom to ask."""
    able = person.status is (MemberStatus.ACTIVE if way == "deactivate" else MemberStatus.DEACTIVATED)
    no = PROTECTED if person.protected else "" if able else f"They are {person.status.lower()}"
    if way == "deactivate" and person.id == place.member:
        no = activity.ONESELF
    return page(
        request, "practice/user-activity", fragment="user-activity", status=422 if form and form.errors else 200,
        way=way, person=person, form=form or Form(), no=no,
    )  # fmt: skip


ROUTES: list[Any] = [resend, cancel, show_deactivate, deactivate, show_activate, activate]
