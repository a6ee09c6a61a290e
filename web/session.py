"""Cookies: the session's, the known device's, a mailed link's and the flash's. All `__Host-`, HttpOnly, Secure, Lax."""

from typing import Any
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.types import Scope

from domain import sessions
from domain.accounts import LoggedIn
from domain.sessions import Session

SESSION, DEVICE, LINK, FLASH = "__Host-session", "__Host-device", "__Host-link", "__Host-flash"
EMAIL = "__Host-email"
YEAR = 365 * 24 * 60 * 60

Caller = Request[Session | None, Any, Any]
"""A request whose `user` is the session, if any."""


def cookie(name: str, value: str, max_age: int | None = None) -> Cookie:
    """A cookie that only this host gets back, never a script."""
    return Cookie(key=name, value=value, max_age=max_age, httponly=True, secure=True, samesite="lax", path="/")


def ended(name: str) -> Cookie:
    """What makes the browser forget a cookie."""
    return cookie(name, "", max_age=0)


def keys_of(request: ASGIConnection[Any, Any, Any, Any]) -> tuple[str, ...]:
    """The secret keys of this deployment; the first signs."""
    keys: tuple[str, ...] = request.app.state.settings.secret_keys
    return keys


def serializer(request: ASGIConnection[Any, Any, Any, Any], salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(keys_of(request))), salt=salt)


def to_log_in(request: Caller, email: str) -> Cookie:
    """What fills in the email of the login page for somebody who has just got a login: for ten minutes."""
    return cookie(EMAIL, str(serializer(request, "kith.email.v1").dumps(email)), max_age=600)


def who_logs_in(request: Caller) -> str:
    """The email of that cookie; '' where there is none of ours."""
    try:
        return str(serializer(request, "kith.email.v1").loads(request.cookies.get(EMAIL, "")))
    except BadSignature:
        return ""


def logged_in(request: Caller, done: LoggedIn) -> list[Cookie]:
    """The cookies of a login: the session's, until the browser closes, and the known device's, for a year."""
    device = serializer(request, "kith.device.v1").dumps([done.account.hex, done.credential_version])
    return [cookie(SESSION, done.token), cookie(DEVICE, str(device), YEAR)]


def known_account(request: Caller) -> tuple[UUID, int] | None:
    """The account that this browser has logged in to before, and the version of its password then."""
    try:
        account, version = serializer(request, "kith.device.v1").loads(request.cookies.get(DEVICE, ""))
        return UUID(account), int(version)
    except (BadSignature, ValueError, TypeError):
        return None


def is_polled(scope: Scope) -> bool:
    """Whether a piece of a page asks by itself, every few seconds: nobody need sit there, so no session lives on by it.
    Its address says so."""
    return b"polled=yes" in scope.get("query_string", b"").split(b"&")


async def end_session(request: Caller) -> None:
    """Logs out whoever is logged in on this browser, before somebody else logs in there."""
    if request.user:
        await sessions.end(request.user)
