"""Signing up: an email first, the account once it is confirmed."""

from typing import Annotated, Any, Literal

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response
from pydantic import Field

from domain import audit, sign_ups
from domain.tokens import Purpose
from web import links
from web.authorization import Open
from web.fields import Email, Name, Password
from web.forms import Form, FormModel, read
from web.respond import done, page, redirect
from web.session import LINK, SESSION, Caller, end_session, ended


class SignUpForm(FormModel):
    who: Annotated[Literal["me", "carer", "practitioner"], Field(description="Choose what brings you here")]
    name: Name
    email: Email


class ConfirmForm(FormModel):
    password: Password


@get("/sign-up", permission=Open.PUBLIC)
async def show_sign_up(request: Caller) -> Response[bytes]:
    return page(request, "public/sign-up", form=Form())


@post("/sign-up", permission=Open.PUBLIC)
async def sign_up(request: Caller) -> Response[bytes]:
    form = await read(request, SignUpForm)
    if not form.ok:
        return page(request, "public/sign-up", form=form, status=422)
    if form.value.who == "practitioner":
        return redirect("/for-practitioners#start")
    own_health = form.value.who == "me"
    await sign_ups.begin(form.value.name, form.value.email, own_health=own_health, address=audit.address.get())
    return page(request, "public/check-your-email", email=form.value.email, hours=24)


@get("/confirm-email/{token:str}", permission=Open.PUBLIC)
async def open_confirmation(request: Caller, token: FromPath[str]) -> Response[bytes]:
    await sign_ups.typed(*links.named(request, Purpose.CONFIRM_EMAIL, token))
    return redirect("/confirm-email", [links.kept(token)])


@get("/confirm-email", permission=Open.PUBLIC)
async def show_confirmation(request: Caller) -> Response[bytes]:
    link = links.opened(request, Purpose.CONFIRM_EMAIL)
    typed = await sign_ups.typed(*link)
    return page(request, "public/confirm-email", link=link, form=Form(), typed=typed)


@post("/confirm-email", permission=Open.PUBLIC)
async def confirm(request: Caller) -> Response[bytes]:
    link = await links.submitted(request, Purpose.CONFIRM_EMAIL)
    typed = await sign_ups.typed(*link)
    form = await read(request, ConfirmForm)
    if form.ok:
        with form.refusals():
            await sign_ups.confirm(*link, form.value.password)
            await end_session(request)
            to = "/login"
            words = f"Your account is ready. Log in with {typed['email']}"
            return await done(request, to, flash=words, cookies=[ended(LINK), ended(SESSION)])
    return page(request, "public/confirm-email", form=form, link=link, typed=typed, status=422)


ROUTES: list[Any] = [show_sign_up, sign_up, open_confirmation, show_confirmation, confirm]
