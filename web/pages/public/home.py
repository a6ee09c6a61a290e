"""The pages that anybody may read."""

from typing import Any

from litestar import get
from litestar.response import Response

from web.authorization import Open
from web.respond import page
from web.session import Caller


@get("/", permission=Open.PUBLIC)
async def show_home(request: Caller) -> Response[bytes]:
    return page(request, "public/home")


@get("/for-patients", permission=Open.PUBLIC)
async def show_for_patients(request: Caller) -> Response[bytes]:
    return page(request, "public/for-patients")


@get("/for-practitioners", permission=Open.PUBLIC)
async def show_for_practitioners(request: Caller) -> Response[bytes]:
    return page(request, "public/for-practitioners")


@get("/help", permission=Open.PUBLIC)
async def show_help(request: Caller) -> Response[bytes]:
    return page(request, "public/help")


ROUTES: list[Any] = [show_home, show_for_patients, show_for_practitioners, show_help]
