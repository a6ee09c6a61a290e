"""The invoices of a portal."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from domain import invoices
from domain.permissions import Permission
from domain.portals import Visit
from web.respond import page
from web.session import Caller

HERE = "/portal/{portal:uuid}/invoices"


@get(HERE, permission=Permission.VIEW_INVOICES)
async def show_invoices(
    request: Caller, visit: NamedDependency[Visit], number: Annotated[int, QueryParameter(name="page")] = 1
) -> Response[bytes]:
    return page(request, "portal/invoices", shown=await invoices.read(visit, number))


@get(f"{HERE}/{{invoice:uuid}}", permission=Permission.VIEW_INVOICES)
async def show_invoice(request: Caller, invoice: FromPath[UUID], visit: NamedDependency[Visit]) -> Response[bytes]:
    return page(request, "portal/invoice", invoice=await invoices.one(visit, invoice))


ROUTES: list[Any] = [show_invoices, show_invoice]
