"""All invitations of a practice: who was invited, what became of it, and what can be done about it."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain import invitations
from domain.errors import NotFound
from domain.invitations import InvitationState
from domain.permissions import PlacePermission
from domain.places import Place
from web.fields import Version
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller

HERE = "/practice/{slug:str}/invitations"


class RowForm(FormModel):
    version: Version = 0
    back: str = ""


def base(place: Place) -> str:
    return f"/practice/{place.practice.slug}/invitations"


@get(HERE, permission=PlacePermission.VIEW_INVITATIONS)
async def show_invitations(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    sent, number = request.query_params.get("state", ""), request.query_params.get("page", "1")
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise NotFound
    state = InvitationState(sent) if sent in list(InvitationState) else None
    shown = await invitations.read(place, state, int(number))
    return page(request, "practice/invitations", shown=shown, states=list(InvitationState))


@post(f"{HERE}/{{invitation:uuid}}/resending", permission=PlacePermission.INVITE)
async def resend(request: Caller, invitation: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, RowForm)
    await invitations.resend(place, invitation, form.value.version if form.ok else 0)
    return await _row(request, place, invitation, form, "The invitation is on its way again")


@post(f"{HERE}/{{invitation:uuid}}/cancellation", permission=PlacePermission.INVITE)
async def cancel(request: Caller, invitation: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, RowForm)
    await invitations.cancel(place, invitation)
    return await _row(request, place, invitation, form, "The invitation is cancelled. Its link opens nothing any more")


async def _row(request: Caller, place: Place, invitation: UUID, form: Form[RowForm], words: str) -> Response[bytes]:
    """Back to where the button was: the patient's profile, or the row of the list."""
    row = await invitations.one(place, invitation)
    if form["back"] == "profile":
        return await done(request, f"/practice/{place.practice.slug}/patients/{row.patient}", flash=words)

    async def context() -> dict[str, Any]:
        return {"row": row, "place": place}

    return await done(
        request, base(place), flash=words,
        fragment="invitation-row", into=f"invitation-row-{invitation}", context=context,
    )  # fmt: skip


@get(f"{HERE}/cancel-all", permission=PlacePermission.INVITE)
async def show_cancel_all(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    waiting = await invitations.waiting(place)
    return page(request, "practice/cancel-all-invitations", fragment="cancel-all-invitations", waiting=waiting)


@post(f"{HERE}/cancellations", permission=PlacePermission.INVITE)
async def cancel_all(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    many = await invitations.cancel_all(place)
    words = "One invitation is cancelled" if many == 1 else f"{many} invitations are cancelled"
    return await done(request, base(place), flash=words)


ROUTES: list[Any] = [show_invitations, resend, cancel, show_cancel_all, cancel_all]
