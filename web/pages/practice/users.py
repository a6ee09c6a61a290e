"""Settings > Users: who works in a practice, and what each may do."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain import accounts
from domain.errors import Changed
from domain.members import asking, editing, listing
from domain.members.asking import NewUser
from domain.members.listing import Member
from domain.members.rights import WHOM_TO_ASK
from domain.permissions import PlacePermission, may
from domain.places import Place
from domain.sessions import Session
from web.forms import Form
from web.pages.practice.user_form import NewUserForm, RightsForm, choices_of, drawn, empty, read_rights
from web.respond import done, page, redirect
from web.session import Caller

SETTINGS = "/practice/{slug:str}/settings"
HERE = f"{SETTINGS}/users"


def base(place: Place) -> str:
    return f"/practice/{place.practice.slug}/settings/users"


@get(SETTINGS, permission=PlacePermission.VIEW_MEMBERS)
async def show_settings(place: NamedDependency[Place]) -> Response[bytes]:
    first = "general" if may(place, PlacePermission.VIEW_SETTINGS) else "users"
    return redirect(f"/practice/{place.practice.slug}/settings/{first}")


async def everybody(place: Place) -> dict[str, Any]:
    return {"members": await listing.members(place), "place": place, "whom_to_ask": WHOM_TO_ASK}


@get(HERE, permission=PlacePermission.VIEW_MEMBERS)
async def show_users(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    return page(request, "practice/users", **await everybody(place))


@get(f"{HERE}/new", permission=PlacePermission.CHANGE_MEMBERS)
async def show_new(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    return await new_page(request, place, empty())


@post(HERE, permission=PlacePermission.CHANGE_MEMBERS)
async def ask(request: Caller, place: NamedDependency[Place], session: NamedDependency[Session]) -> Response[bytes]:
    form = await read_rights(request, NewUserForm)
    if form.ok:
        with form.refusals():
            await accounts.demand_fresh(session, form.value.password)
            await asking.ask(place, NewUser(form.value.name, form.value.email, form.value.rights))
            words = f"We have written to {form.value.email}. They can work here once they accept"
            return await changed(request, place, words)
    return await new_page(request, place, form, status=422)


async def changed(request: Caller, place: Place, words: str) -> Response[bytes]:
    """After a change of who works here: the list anew."""
    return await done(
        request, base(place), flash=words, fragment="members", into="members", context=lambda: everybody(place)
    )


async def new_page(request: Caller, place: Place, form: Form[Any], status: int = 200) -> Response[bytes]:
    return page(
        request, "practice/new-user", fragment="new-user", status=status,
        **await choices_of(place, form), person=None,
    )  # fmt: skip


@get(f"{HERE}/{{member:uuid}}/edit", permission=PlacePermission.CHANGE_MEMBERS)
async def show_edit(request: Caller, member: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return await edit_page(request, place, await listing.member(place, member))


@post(f"{HERE}/{{member:uuid}}", permission=PlacePermission.CHANGE_MEMBERS)
async def edit(
    request: Caller, member: FromPath[UUID], place: NamedDependency[Place], session: NamedDependency[Session]
) -> Response[bytes]:
    form, before = await read_rights(request, RightsForm), await listing.member(place, member)
    if form.ok:
        with form.refusals():
            await accounts.demand_fresh(session, form.value.password)
            try:
                after = await editing.edit(place, member, form.value.rights, form.value.version)
            except Changed:
                return await edit_page(request, place, before, changed=True, status=409)
            words = f"{after.name} is saved: {after.rights.role_type}, {after.rights.level}"
            if member == place.member:
                return await done(request, base(place), flash=words)  # the whole page: one's own rights are others now
            return await done(
                request, base(place), flash=words, fragment="member-row", into=f"member-row-{member}",
                context=lambda: row(place, after),
            )  # fmt: skip
    return await edit_page(request, place, before, form, status=422)


async def row(place: Place, person: Member) -> dict[str, Any]:
    return {"person": person, "place": place}


async def edit_page(
    request: Caller,
    place: Place,
    person: Member,
    form: Form[Any] | None = None,
    *,
    changed: bool = False,
    status: int = 200,
) -> Response[bytes]:
    form = form or drawn(person.rights)
    if person.protected:  # whose form has few fields
        form.errors = {field if field in ("owner", "password") else "": words for field, words in form.errors.items()}
    return page(
        request, "practice/edit-user", fragment="edit-user", status=status,
        **await choices_of(place, form), person=person, changed=changed,
    )  # fmt: skip


ROUTES: list[Any] = [show_settings, show_users, show_new, ask, show_edit, edit]
