"""Logging in and out."""

from typing import Annotated, Any

from litestar import get, post
from litestar.response import Response
from pydantic import BeforeValidator

from domain import accounts, audit, sessions
from web.authorization import Open
from web.fields import Email, Password
from web.forms import Form, FormModel, read, sent
from web.next import home_of, is_ours
from web.respond import page, redirect
from web.session import SESSION, Caller, end_session, ended, known_account, logged_in, who_logs_in


def _one(value: object) -> str:
    return value if isinstance(value, str) else ""


Next = Annotated[str, BeforeValidator(_one)]
"""What is no path of ours leads nowhere: it is never an error of whoever logs in."""


class LoginForm(FormModel):
    email: Email
    password: Password
    next: Next = ""


@get("/login", permission=Open.PUBLIC)
async def show_login(request: Caller) -> Response[bytes]:
    after = request.query_params.get("next", "")
    return page(request, "public/login", form=Form({"next": after, "email": who_logs_in(request)}))


@post("/login", permission=Open.PUBLIC)
async def log_in(request: Caller) -> Response[bytes]:
    form = await read(request, LoginForm)
    if form.ok:
        with form.refusals():
            done = await accounts.log_in(
                form.value.email,
                form.value.password,
                address=audit.address.get(),
                device=request.headers.get("User-Agent", ""),
                knows=known_account(request),
            )
            await end_session(request)
            session = await sessions.resume(done.token)
            home = home_of(session) if session else "/account"
            return redirect(form.value.next if is_ours(form.value.next) else home, logged_in(request, done))
    return page(request, "public/login", form=form, status=422)


@post("/logout", permission=Open.PUBLIC)
async def log_out(request: Caller) -> Response[bytes]:
    """Ends the session and empties the browser's cache of it. The known device's cookie stays, and a mailed link's: the
    invitation of another leads on to it."""
    after = _one((await sent(request)).get("next"))
    await end_session(request)
    response = redirect(after if is_ours(after) else "/login", [ended(SESSION)])
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


ROUTES: list[Any] = [show_login, log_in, log_out]
