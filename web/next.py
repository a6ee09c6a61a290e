"""Where somebody goes after logging in."""

import re
from urllib.parse import urlsplit

from domain.sessions import Session
from web.respond import Wanted, wanted
from web.session import Caller

OURS = re.compile(
    r"/(account|portal|set-up|access-offers|invitations|family-invitations|joining|practice)(/[A-Za-z0-9_-]+)*/?"
)


def is_ours(path: str) -> bool:
    """Whether a `next` is a path of ours that needs a login: relative and known, never another site's. ASVS 3.7.2."""
    return OURS.fullmatch(path) is not None


def stood_at(request: Caller) -> str:
    """The page of ours to come back to after logging in: the one that was asked for or, for a piece or a form, the one
    that it stood on, else the practice's home. '' for none."""
    before = urlsplit(request.headers.get("Referer", ""))
    asked = request.method in ("GET", "HEAD") and wanted(request) is Wanted.PAGE
    path = before.path if before.netloc == request.headers.get("Host") and not asked else ""
    slug = request.path_params.get("slug", "")
    return next((one for one in (path, request.url.path if asked else f"/practice/{slug}/") if is_ours(one)), "")


def home_of(session: Session) -> str:
    """The one place that an account has, else the page that asks where to (decision 27)."""
    homes = [f"/portal/{door.portal}/" for door in session.doors]
    homes += [f"/practice/{workplace.slug}/" for workplace in session.workplaces]
    return homes[0] if len(homes) == 1 else "/account"
