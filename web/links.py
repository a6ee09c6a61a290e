"""Mailed links: the token leaves the address bar for a cookie, and each form says which link it was drawn for."""

from uuid import UUID

from litestar.datastructures import Cookie

from domain import tokens
from domain.errors import LinkClosed
from domain.tokens import Purpose
from web.forms import sent
from web.session import LINK, Caller, cookie, keys_of

HOUR = 60 * 60


def kept(token: str) -> Cookie:
    """Keeps a link's token out of the address bar: the page is reached without it, for an hour."""
    return cookie(LINK, token, HOUR)


def named(request: Caller, purpose: Purpose, token: str) -> tuple[UUID, int]:
    """The row and version that a link's own address names. Raises LinkClosed('malformed')."""
    return tokens.read(purpose, token, keys_of(request))


def opened(request: Caller, purpose: Purpose) -> tuple[UUID, int]:
    """The row and version of the link that this browser opened last. Raises LinkClosed('malformed')."""
    return named(request, purpose, request.cookies.get(LINK, ""))


async def submitted(request: Caller, purpose: Purpose) -> tuple[UUID, int]:
    """The row and version of the link that the form was drawn for.

    Raises LinkClosed('another') when this browser has opened another link since, in another tab: what was typed for one
    person must not become another's.
    """
    row, version = opened(request, purpose)
    if (await sent(request)).get("link") != row.hex:
        raise LinkClosed("another")
    return row, version
