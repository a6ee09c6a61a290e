"""JSON in, JSON out: how scripts speak with the QA room."""

import json
from typing import Any

from litestar import MediaType
from litestar.exceptions import HTTPException
from litestar.response import Response

from web.session import Caller


class Unreadable(HTTPException):
    """What came is no JSON object. `detail` says so."""


async def sent(request: Caller) -> dict[str, Any]:
    """The JSON object that came; nothing at all counts as an empty one. Raises Unreadable: 415 for a body that does
    not say that it is JSON, 400 for one that is not."""
    if request.headers.get("Content-Type", "").split(";")[0].strip().lower() != "application/json":
        raise Unreadable(status_code=415, detail="Send JSON, with Content-Type: application/json")
    try:
        found = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError) as error:
        raise Unreadable(status_code=400, detail="This is not JSON") from error
    if not isinstance(found, dict):
        raise Unreadable(status_code=400, detail="Send a JSON object")
    return found


def answer(body: Any) -> Response[Any]:
    return Response(body, status_code=200, media_type=MediaType.JSON)


def refuse(status: int, words: str) -> Response[Any]:
    """What went wrong, as every JSON address of the QA room says it."""
    return Response({"error": words}, status_code=status, media_type=MediaType.JSON)


def unreadable(_request: Caller, error: Unreadable) -> Response[Any]:
    return refuse(error.status_code, error.detail)


HANDLERS: dict[Any, Any] = {Unreadable: unreadable}
"""For the `exception_handlers` of whoever calls `sent`."""
