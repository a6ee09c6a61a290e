"""Many patients invited at once: held, on their way, and what became of each (B10, K8)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Stream

from domain import clock
from domain.dates import there
from domain.errors import NotFound
from domain.invitations import bulk
from domain.invitations.bulk import BulkOutcome, Standing
from domain.permissions import PlacePermission
from domain.places import Place
from web.respond import Wanted, done, page, wanted
from web.session import Caller
from web.sheets import sheet

HERE = "/practice/{slug:str}/bulk-invitations"
ONE = f"{HERE}/{{bulk_invitation:uuid}}"
NOTHING_PUT_RIGHT = "Nobody was invited again. Do first what stands beside each name, then try again"


def base(place: Place, row: UUID) -> str:
    return f"/practice/{place.practice.slug}/bulk-invitations/{row}"


def _number(request: Caller) -> int:
    """The page that the address asks for. Raises NotFound for what is none."""
    number = request.query_params.get("page", "1")
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise NotFound
    return int(number)


@get(HERE, permission=PlacePermission.VIEW_INVITATIONS)
async def show_bulk_invitations(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    return page(request, "practice/bulk-invitations", shown=await bulk.every(place, _number(request)))


@get(ONE, permission=PlacePermission.VIEW_INVITATIONS)
async def show_bulk_invitation(
    request: Caller, bulk_invitation: FromPath[UUID], place: NamedDependency[Place]
) -> Response[bytes]:
    """The whole page; for htmx how far it is or, with `show=patients`, the table of patients."""
    asks_for_patients = request.query_params.get("show") == "patients"
    return await bulk_page(request, place, bulk_invitation, "bulk-patients" if asks_for_patients else "bulk-progress")


async def bulk_page(
    request: Caller, place: Place, row: UUID, fragment: str = "", *, refused: str = "", status: int = 200
) -> Response[bytes]:
    """The page or the piece of it that htmx asks for, which reads what it draws. `refused`: why nothing was done."""
    asked = request.query_params.get("outcome", "")
    outcome = BulkOutcome(asked) if asked in list(BulkOutcome) else None
    drawn: dict[str, Any] = {"outcome": outcome, "refused": refused, "here": base(place, row)}
    whole = not fragment or wanted(request) is Wanted.PAGE
    if whole or fragment == "bulk-progress":
        standing = drawn["standing"] = await bulk.read(place, row)
        drawn |= {"left": left(standing), "heading": heading(standing)}
    if whole or fragment == "bulk-patients":
        drawn["shown"] = await bulk.outcomes(place, row, outcome, _number(request))
    return page(request, "practice/bulk-invitation", fragment=fragment, status=status, **drawn)


def heading(standing: Standing) -> str:
    """What it comes to, such as "399 of 412 invited"."""
    many, sent = standing.many, standing.counts.get(BulkOutcome.SENT, 0)
    if standing.waiting:
        return f"Inviting {many:,} {'patient' if many == 1 else 'patients'}"
    if sent:
        return f"{sent:,} of {many:,} invited"
    return "Cancelled: nobody was invited" if BulkOutcome.CANCELLED in standing.counts else "Nobody was invited"


def left(standing: Standing) -> str:
    """How long nothing goes out yet, such as "1 minute 40 seconds"."""
    seconds = max(1, -(-(standing.bulk.held_until - clock.now()) // timedelta(seconds=1)))
    minutes, seconds = divmod(seconds, 60)
    parts = [(minutes, "minute"), (seconds, "second")]
    return " ".join(f"{many} {word}{'' if many == 1 else 's'}" for many, word in parts if many)


@post(f"{ONE}/cancellation", permission=PlacePermission.INVITE)
async def cancel_all(
    request: Caller, bulk_invitation: FromPath[UUID], place: NamedDependency[Place]
) -> Response[bytes]:
    taken = await bulk.cancel(place, bulk_invitation)
    words = "One invitation is cancelled" if taken.many == 1 else f"{taken.many:,} invitations are cancelled"
    if taken.left:
        words += f". {taken.left:,} still to go: you have no access to those patients"
    return await done(request, base(place, bulk_invitation), flash=words)


@post(f"{ONE}/another-try", permission=PlacePermission.INVITE)
async def try_again(request: Caller, bulk_invitation: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    many = await bulk.retry(place, bulk_invitation)
    if many == 0 and (await bulk.read(place, bulk_invitation)).can_retry:
        return await bulk_page(request, place, bulk_invitation, refused=NOTHING_PUT_RIGHT, status=422)
    words = "One patient is invited again" if many == 1 else f"{many:,} patients are invited again"
    return await done(request, base(place, bulk_invitation), flash=words if many else "")


@get(f"{ONE}/download", permission=PlacePermission.VIEW_INVITATIONS)
async def download(bulk_invitation: FromPath[UUID], place: NamedDependency[Place]) -> Stream:
    day = there((await bulk.read(place, bulk_invitation)).bulk.created_at, place.practice.zone).date()
    return await sheet(f"bulk-invitation-{day.isoformat()}", bulk.lines(place, bulk_invitation))


ROUTES: list[Any] = [show_bulk_invitations, show_bulk_invitation, cancel_all, try_again, download]
