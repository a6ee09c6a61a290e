"""Many patients invited at once: held, on their way, and what became of each (B10, K8)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Stream

from domain import clock
from domain.errors import NotFound
from domain.invitations import bulk
from domain.invitations.bulk import BulkOutcome, Standing
from domain.permissions import PlacePermission
from domain.places import Place
from web.respond import done, page
from web.session import Caller
from web.sheets import sheet

HERE = "/practice/{slug:str}/bulk-invitations"
ONE = f"{HERE}/{{bulk_invitation:uuid}}"


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
    return await bulk_page(request, place, bulk_invitation)


async def bulk_page(
    request: Caller, place: Place, row: UUID, *, refused: str = "", status: int = 200
) -> Response[bytes]:
    asked = request.query_params.get("outcome", "")
    outcome = BulkOutcome(asked) if asked in list(BulkOutcome) else None
    fragment = "bulk-patients" if request.query_params.get("show") == "patients" else "bulk-progress"
    standing = await bulk.read(place, row)
    shown = await bulk.outcomes(place, row, outcome, _number(request))
    return page(
        request, "practice/bulk-invitation", fragment=fragment, status=status, standing=standing, shown=shown,
        left=left(standing), refused=refused, here=base(place, row),
    )  # fmt: skip


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
    many = await bulk.cancel(place, bulk_invitation)
    words = "One invitation is cancelled" if many == 1 else f"{many:,} invitations are cancelled"
    return await done(request, base(place, bulk_invitation), flash=words)


@post(f"{ONE}/another-try", permission=PlacePermission.INVITE)
async def try_again(request: Caller, bulk_invitation: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    many = await bulk.retry(place, bulk_invitation)
    if many:
        words = "One patient is invited again" if many == 1 else f"{many:,} patients are invited again"
    else:
        words = "Nobody was invited again. Read beside each name what to do first"
    return await done(request, base(place, bulk_invitation), flash=words)


@get(f"{ONE}/download", permission=PlacePermission.VIEW_INVITATIONS)
async def download(bulk_invitation: FromPath[UUID], place: NamedDependency[Place]) -> Stream:
    return await sheet("bulk-invitation", bulk.lines(place, bulk_invitation))


ROUTES: list[Any] = [show_bulk_invitations, show_bulk_invitation, cancel_all, try_again, download]
