"""What goes wrong, as a page. A fragment that was asked for turns the whole page."""

import logging
from typing import Any

from litestar.exceptions import HTTPException
from litestar.response import Response

from db.gone import DatabaseGone
from domain import clock, errors
from web.next import stood_at
from web.respond import error_page, lead
from web.session import Caller

logger = logging.getLogger("kith.web")


class LoginNeeded(Exception):
    """Nobody is logged in, and the address is not for everybody."""


LOST = "You were logged out, so nothing was done, and what you typed was not kept. Log in to go on"
HTTP_WORDS = {
    400: ("This could not be read", "Go back, check what you typed, and try again."),
    405: ("This cannot be done here", "Go back and use the buttons on the page."),
    408: ("This took too long to arrive", "Check your connection, go back, and try again."),
    413: ("This is too long to take in", "Go back and shorten what you typed."),
    415: ("This could not be read", "Go back and use the form on the page."),
}


def not_found(request: Caller, error: Exception) -> Response[bytes]:
    """Absent, never yours and no longer yours: one page, one text (decision 11)."""
    return error_page(request, "not-found", 404)


def not_permitted(request: Caller, error: Exception) -> Response[bytes]:
    return error_page(request, "not-permitted", 403)


def login_needed(request: Caller, error: Exception) -> Response[bytes]:
    """Leads to the login page, which says what became of a form, and after it back. A fragment's login leads the whole
    page there."""
    after, lost = stood_at(request), request.method not in ("GET", "HEAD")
    return lead(request, f"/login?next={after}" if after else "/login", flash=LOST if lost else "", status=401)


def link_closed(request: Caller, error: errors.LinkClosed) -> Response[bytes]:
    return error_page(request, "link-closed", 410, why=error.why, email=error.email, practice=error.practice)


def too_many(request: Caller, error: errors.TooMany) -> Response[bytes]:
    seconds = max(1, int((error.until - clock.now()).total_seconds()) + 1)
    response = error_page(request, "too-many", 429, minutes=-(-seconds // 60))
    response.headers["Retry-After"] = str(seconds)
    return response


def unavailable(request: Caller, error: Exception) -> Response[bytes]:
    """The database is away, or the trail cannot be written: nothing was done, and it may go well soon."""
    logger.error("unavailable: %s", type(error).__name__)
    response = error_page(request, "unavailable", 503)
    response.headers["Retry-After"] = "10"
    return response


def refused(request: Caller, error: errors.Refused) -> Response[bytes]:
    """A rule that no form on the page speaks of."""
    return error_page(request, "refused", 409, words=error.words)


def changed(request: Caller, error: Exception) -> Response[bytes]:
    return error_page(request, "changed", 409)


def http_error(request: Caller, error: HTTPException) -> Response[bytes]:
    """Litestar's own refusals: no such address, wrong method, a body that is too large."""
    status = error.status_code
    if status == 404:
        return not_found(request, error)
    if status >= 500:
        return failed(request, error)
    title, advice = HTTP_WORDS.get(status, HTTP_WORDS[400])
    response = error_page(request, "http-error", status, title=title, advice=advice)
    if error.headers and "allow" in error.headers:
        response.headers["Allow"] = error.headers["allow"]
    return response


def failed(request: Caller, error: Exception) -> Response[bytes]:
    """A defect of ours. The log has its place in the code, never its values: they may be a person's."""
    trace, frames = error.__traceback__, []
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    logger.error("failed: %s at %s", type(error).__name__, " ".join(frames[-4:]))
    return error_page(request, "failed", 500)


HANDLERS: dict[Any, Any] = {
    errors.NotFound: not_found,
    errors.NotPermitted: not_permitted,
    errors.LinkClosed: link_closed,
    errors.TooMany: too_many,
    errors.Refused: refused,
    errors.Changed: changed,
    errors.TrailUnwritable: unavailable,
    LoginNeeded: login_needed,
    DatabaseGone: unavailable,
    TimeoutError: unavailable,
    HTTPException: http_error,
    Exception: failed,
}
