"""Where somebody goes after logging in."""

import re
from uuid import UUID

from domain import accounts

OURS = re.compile(r"/(account|portal|set-up|access-offers|practice)(/[A-Za-z0-9_-]+)*/?")


def is_ours(path: str) -> bool:
    """Whether a `next` is a path of ours that needs a login: relative and known, never another site's. ASVS 3.7.2."""
    return OURS.fullmatch(path) is not None


async def after_login(account: UUID) -> str:
    """The one place that an account has, else the chooser (decision 27)."""
    places = await accounts.places(account)
    return f"/portal/{places[0]}/" if len(places) == 1 else "/account"
