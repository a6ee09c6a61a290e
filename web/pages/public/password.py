"""A forgotten password."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from domain import audit, password_resets
from domain.tokens import Purpose
from web import links
from web.authorization import Open
from web.fields import Email, Password
from web.forms import Form, FormModel, read
from web.respond import done, page, redirect
from web.session import LINK, SESSION, Caller, end_session, ended


class ForgottenForm(FormModel):
    email: Email


class ResetForm(FormModel):
    password: Password


@get("/forgot-password", permission=Open.PUBLIC)
async def show_forgotten(request: Caller) -> Response[bytes]:
    return page(request, "public/forgot-password", form=Form())


@post("/forgot-password", permission=Open.PUBLIC)
async def ask_for_reset(request: Caller) -> Response[bytes]:
    form = await read(request, ForgottenForm)
    if not form.ok:
        return page(request, "public/forgot-password", form=form, status=422)
    await password_resets.begin(form.value.email, address=audit.address.get())
    return page(request, "public/check-your-email", email=form.value.email, hours=1)


@get("/reset-password/{token:str}", permission=Open.PUBLIC)
async def open_reset(request: Caller, token: FromPath[str]) -> Response[bytes]:
    await password_resets.whose(*links.named(request, Purpose.RESET_PASSWORD, token))
    return redirect("/reset-password", [links.kept(token)])


@get("/reset-password", permission=Open.PUBLIC)
async def show_reset(request: Caller) -> Response[bytes]:
    link = links.opened(request, Purpose.RESET_PASSWORD)
    found = await password_resets.whose(*link)
    return page(request, "public/reset-password", link=link, form=Form(), email=found["email"])


@post("/reset-password", permission=Open.PUBLIC)
async def reset(request: Caller) -> Response[bytes]:
    link = await links.submitted(request, Purpose.RESET_PASSWORD)
    found = await password_resets.whose(*link)
    form = await read(request, ResetForm)
    if form.ok:
        with form.refusals():
            await password_resets.finish(*link, form.value.password)
            await end_session(request)
            words = "Your password is changed. Log in with the new one"
            return await done(request, "/login", flash=words, cookies=[ended(LINK), ended(SESSION)])
    return page(request, "public/reset-password", form=form, link=link, email=found["email"], status=422)


ROUTES: list[Any] = [show_forgotten, ask_for_reset, open_reset, show_reset, reset]
