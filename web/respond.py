"""Answers: pages, and the pieces of them that htmx asks for. Nothing else knows whether htmx asked."""

import gzip
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any

import brotli
from itsdangerous import BadSignature
from litestar.datastructures import Cookie
from litestar.response import Response

from web.session import FLASH, Caller, cookie, ended, serializer

SMALLEST = 200
"""Bytes below which compressing gains nothing."""
FRAGMENT_HEADERS = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
"""A fragment is no document: nothing of it may run or load if somebody opens it as one."""


class Wanted(Enum):
    PAGE = "page"
    FRAGMENT = "fragment"


def wanted(request: Caller) -> Wanted:
    """htmx says `partial` for a piece of a page; boosted, history and plain requests want the page."""
    return Wanted.FRAGMENT if request.headers.get("HX-Request-Type") == "partial" else Wanted.PAGE


def page(request: Caller, name: str, *, fragment: str = "", status: int = 200, **context: Any) -> Response[bytes]:
    """The page web/pages/{name}.html or, when htmx asks for it, the page's piece web/partials/{fragment}.html."""
    if fragment and wanted(request) is Wanted.FRAGMENT:
        body = _render(request, "fragment.html", partial=f"partials/{fragment}.html", **context)
        return _answer(request, body, status, FRAGMENT_HEADERS)
    flash = _flash_of(request)
    body = _render(request, f"pages/{name}.html", flash=flash, **context)
    return _answer(request, body, status, cookies=[ended(FLASH)] if FLASH in request.cookies else [])


async def done(
    request: Caller,
    to: str,
    *,
    flash: str,
    fragment: str = "",
    into: str = "",
    context: Callable[[], Awaitable[Mapping[str, Any]]] | None = None,
    cookies: list[Cookie] | None = None,
) -> Response[bytes]:
    """After a change: 303 to the page `to`, which shows the flash; or the piece that htmx asked for, swapped in place
    of the element whose id is `into`. `context` is asked for only then."""
    if fragment and context is not None and wanted(request) is Wanted.FRAGMENT:
        values = await context()
        body = _render(request, "fragment.html", partial=f"partials/{fragment}.html", **{"flash": flash, **values})
        place = {"HX-Retarget": f"#{into}", "HX-Reswap": "outerHTML"} if into else {}
        return _answer(request, body, 200, {**FRAGMENT_HEADERS, **place})
    return lead(request, to, flash=flash, cookies=cookies)


def lead(
    request: Caller, to: str, *, flash: str = "", cookies: list[Cookie] | None = None, status: int = 200
) -> Response[bytes]:
    """The whole page goes on to another, which shows the flash: 303 or, for a fragment, htmx is told with `status`."""
    sent = [*(cookies or []), *([_flash(request, flash)] if flash else [])]
    if wanted(request) is Wanted.FRAGMENT:
        return Response(b"", status_code=status, headers={"HX-Redirect": to}, cookies=sent)
    return redirect(to, sent)


def redirect(to: str, cookies: list[Cookie] | None = None) -> Response[bytes]:
    """303: read this page next."""
    return Response(b"", status_code=303, headers={"Location": to}, cookies=cookies or [])


def error_page(request: Caller, name: str, status: int, **context: Any) -> Response[bytes]:
    """web/pages/errors/{name}.html, always as the whole page."""
    headers = {"HX-Retarget": "body", "HX-Reswap": "outerHTML"} if wanted(request) is Wanted.FRAGMENT else {}
    return _answer(request, _render(request, f"pages/errors/{name}.html", flash="", **context), status, headers)


def _render(request: Caller, template: str, **context: Any) -> bytes:
    state = request.scope.get("state", {})
    values = {
        "session": request.scope.get("user"),
        "visit": state.get("visit"),
        "place": state.get("place"),
        "notified": state.get("notified", 0),
        "path": request.url.path,
        "form": None,
        "flash": "",
        **context,
    }
    return str(request.app.state.templates.get_template(template).render(values)).encode()


def _answer(
    request: Caller,
    body: bytes,
    status: int,
    headers: Mapping[str, str] | None = None,
    cookies: list[Cookie] | None = None,
) -> Response[bytes]:
    accepted = request.headers.get("Accept-Encoding", "")
    sent = {"Vary": "Accept-Encoding, HX-Request-Type", **(headers or {})}
    if len(body) >= SMALLEST and "br" in accepted:
        body, sent["Content-Encoding"] = brotli.compress(body, quality=5), "br"
    elif len(body) >= SMALLEST and "gzip" in accepted:
        body, sent["Content-Encoding"] = gzip.compress(body, 6), "gzip"
    return Response(body, status_code=status, headers=sent, cookies=cookies or [], media_type="text/html")


def _flash(request: Caller, words: str) -> Cookie:
    return cookie(FLASH, str(serializer(request, "kith.flash.v1").dumps(words)), max_age=60)


def _flash_of(request: Caller) -> str:
    """What the page before has to say, if it was said by us."""
    try:
        return str(serializer(request, "kith.flash.v1").loads(request.cookies.get(FLASH, "")))
    except BadSignature:
        return ""
