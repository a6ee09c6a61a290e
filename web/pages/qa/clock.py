"""The QA room's clock: moved for the site, the worker, links and sessions alike."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import post
from litestar.response import Response

from domain import clock
from domain.errors import Refused
from web.authorization import Open
from web.pages.qa.json_sent import HANDLERS, answer, refuse, sent
from web.session import Caller

DURATION = re.compile(
    r"(?P<sign>-?)P(?=.)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
FARTHEST = timedelta(days=36525)
TOO_FAR = "Stay within 100 years of today"
NOT_A_DURATION = "Type a duration like P14D, P2W, PT2H or P1DT30M. Years and months have no fixed length"
NOT_A_MOMENT = "Type a moment with its offset from UTC, like 2027-03-01T09:00:00+11:00"


async def advance(duration: str) -> None:
    """Moves the clock by an ISO 8601 duration of weeks, days, hours, minutes and seconds; with a minus before it, back.

    Raises Refused at the field 'advance'.
    """
    found = DURATION.fullmatch(duration)
    if not found:
        raise Refused(NOT_A_DURATION, "advance")
    lengths = found.groupdict()
    sign = -1 if lengths.pop("sign") else 1
    try:
        by = sign * timedelta(**{unit: int(number or 0) for unit, number in lengths.items()})
        await _move(clock.offset() + by, "advance")
    except (OverflowError, ValueError) as error:
        raise Refused(TOO_FAR, "advance") from error


async def turn_to(moment: str) -> None:
    """Sets the clock to an ISO 8601 moment that names its offset; from there it ticks on.

    Raises Refused at the field 'now'.
    """
    try:
        wanted = datetime.fromisoformat(moment)
        if wanted.utcoffset() is None:
            raise Refused(NOT_A_MOMENT, "now")
        await _move(wanted - datetime.now(UTC), "now")
    except (ValueError, OverflowError) as error:
        raise Refused(NOT_A_MOMENT, "now") from error


async def back_to_real_time() -> None:
    await clock.move(timedelta())


async def _move(offset: timedelta, field: str) -> None:
    if abs(offset) > FARTHEST:
        raise Refused(TOO_FAR, field)
    await clock.move(offset)


@post("/qa/clock.json", permission=Open.QA, exception_handlers=HANDLERS)
async def move_clock(request: Caller) -> Response[Any]:
    asked = await sent(request)
    try:
        match asked:
            case {"advance": str(duration), **rest} if not rest:
                await advance(duration)
            case {"now": str(moment), **rest} if not rest:
                await turn_to(moment)
            case {"now": None, **rest} if not rest:
                await back_to_real_time()
            case _:
                raise Refused('Send {"advance": "P14D"}, {"now": "2027-03-01T09:00:00+11:00"} or {"now": null}')
    except Refused as refused:
        return refuse(422, refused.words)
    return answer({"now": clock.now().isoformat(), "offset_seconds": clock.offset().total_seconds()})


ROUTES: list[Any] = [move_clock]
