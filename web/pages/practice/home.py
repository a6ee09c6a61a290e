"""The home of a practice: today's appointments, what is new and what waits for a decision."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Response

from domain import clock, practice_home
from domain.permissions import PlacePermission
from domain.places import Place
from web.pages.practice.notifications import place_of, words_of
from web.respond import page
from web.session import Caller


@get("/practice/{slug:str}", permission=PlacePermission.OPEN_PRACTICE)
async def show_home(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    return page(
        request, "practice/home", home=await practice_home.read(place), now=clock.now(),
        words_of=words_of, place_of=place_of,
    )  # fmt: skip


ROUTES: list[Any] = [show_home]
