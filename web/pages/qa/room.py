"""The QA room by hand: one page with everything, whose forms do what the JSON addresses do."""

import asyncio
from typing import Any

from litestar import get, post
from litestar.response import Response

from demo import cast
from domain import clock
from emails import mailbox
from web.authorization import Open
from web.forms import Form, FormModel, read
from web.pages.qa.cast import start_again
from web.pages.qa.clock import advance, back_to_real_time, turn_to
from web.respond import done, page
from web.session import Caller

HERE = "/qa"


class ClockForm(FormModel):
    """One of the two; neither means real time."""

    advance: str = ""
    now: str = ""


@get(HERE, permission=Open.QA)
async def show_room(request: Caller) -> Response[bytes]:
    return await room(request, Form({"advance": "P14D"}))


@post(f"{HERE}/move-clock", permission=Open.QA)
async def move_clock(request: Caller) -> Response[bytes]:
    form = await read(request, ClockForm)
    if form.ok:
        with form.refusals():
            if form.value.advance:
                await advance(form.value.advance)
            elif form.value.now:
                await turn_to(form.value.now)
            else:
                await back_to_real_time()
            return await done(request, HERE, flash="The clock is set")
    return await room(request, form, status=422)


@post(f"{HERE}/start-again", permission=Open.QA)
async def begin_anew(request: Caller) -> Response[bytes]:
    await start_again(request.app.state.settings)
    return await done(request, HERE, flash="Everything is as on the first day. Everybody is logged out")


@post(f"{HERE}/empty-mailbox", permission=Open.QA)
async def throw_mail_away(request: Caller) -> Response[bytes]:
    await asyncio.to_thread(mailbox.empty, request.app.state.settings.var)
    return await done(request, HERE, flash="The mailbox is empty")


async def room(request: Caller, form: Form[Any], status: int = 200) -> Response[bytes]:
    known = await cast.cast()
    return page(request, "qa/room", status=status, form=form, cast=known, now=clock.now(), offset=clock.offset())


ROUTES: list[Any] = [show_room, move_clock, begin_anew, throw_mail_away]
