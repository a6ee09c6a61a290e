"""One's own password."""

from typing import Annotated, Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Response
from pydantic import Field

from domain import accounts
from domain.sessions import Session
from web.authorization import Open
from web.fields import Password
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller, logged_in


class PasswordForm(FormModel):
    password: Annotated[Password, Field(description="Type your password now")]
    new_password: Annotated[Password, Field(description="Type a new password")]


@get("/account/security", permission=Open.LOGGED_IN)
async def show_security(request: Caller) -> Response[bytes]:
    return page(request, "account/security", form=Form())


@post("/account/security", permission=Open.LOGGED_IN)
async def change_password(request: Caller, session: NamedDependency[Session]) -> Response[bytes]:
    form = await read(request, PasswordForm)
    if form.ok:
        with form.refusals():
            fresh = await accounts.change_password(
                session,
                form.value.password,
                form.value.new_password,
                device=request.headers.get("User-Agent", ""),
            )
            words = "Your password is changed. You are logged out everywhere else"
            return await done(request, "/account/security", flash=words, cookies=logged_in(request, fresh))
    return page(request, "account/security", form=form, status=422)


ROUTES: list[Any] = [show_security, change_password]
