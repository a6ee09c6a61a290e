"""The mail that Kith has sent, to read in the browser and as JSON."""

import asyncio
from typing import Any

from litestar import delete, get
from litestar.params import FromPath
from litestar.response import Response

from domain.errors import NotFound
from emails import mailbox
from web.authorization import Open
from web.pages.qa.json_sent import answer
from web.respond import page
from web.session import Caller


@get("/qa/mailbox", permission=Open.QA)
async def show_mailbox(request: Caller) -> Response[bytes]:
    mails = await asyncio.to_thread(mailbox.received, request.app.state.settings.var)
    return page(request, "qa/mailbox", mails=mails)


@get("/qa/mailbox/{mail:str}", permission=Open.QA)
async def show_mail(request: Caller, mail: FromPath[str]) -> Response[bytes]:
    found = await asyncio.to_thread(mailbox.one, request.app.state.settings.var, mail)
    if found is None:
        raise NotFound
    return page(request, "qa/mail", mail=found)


@get("/qa/mailbox.json", permission=Open.QA)
async def give_mailbox(request: Caller) -> Response[Any]:
    return answer(await asyncio.to_thread(mailbox.received, request.app.state.settings.var))


@delete("/qa/mailbox.json", permission=Open.QA, status_code=200)
async def empty_mailbox(request: Caller) -> Response[Any]:
    await asyncio.to_thread(mailbox.empty, request.app.state.settings.var)
    return answer([])


ROUTES: list[Any] = [show_mailbox, show_mail, give_mailbox, empty_mailbox]
