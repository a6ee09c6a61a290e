"""Jinja2 as Kith uses it: escaped, strict, and quick with dicts."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.dates import long_date, short_time
from domain.permissions import Area, Permission, PlacePermission, may, reach
from domain.portals import called
from domain.words import level_words, listed, member_level_words, possessive, role_words
from web.static import Static
from web.words import many, marks, money, whose

HERE = Path(__file__).parent


class Templates(Environment):
    """Looks a dict's key up before its attributes."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def templates(static: Static, *, qa: bool) -> Templates:
    """The environment of all pages. `static` says where style and script are."""
    environment = Templates(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        static=static,
        qa=qa,
        may=may,
        reach=reach,
        Permission=Permission,
        PlacePermission=PlacePermission,
        Area=Area,
        called=called,
        whose=whose,
    )
    environment.filters.update(
        long_date=long_date,
        short_time=short_time,
        money=money,
        many=many,
        marks=marks,
        possessive=possessive,
        listed=listed,
        level_words=level_words,
        member_level_words=member_level_words,
        role_words=role_words,
    )
    return environment
