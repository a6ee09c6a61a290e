"""Where somebody goes after logging in."""

import re

from domain.sessions import Session

OURS = re.compile(
    r"/(account|portal|set-up|access-offers|invitations|family-invitations|joining|practice)(/[A-Za-z0-9_-]+)*/?"
)


def is_ours(path: str) -> bool:
    """Whether a `next` is a path of ours that needs a login: relative and known, never another site's. ASVS 3.7.2."""
    return OURS.fullmatch(path) is not None


def home_of(session: Session) -> str:
    """The one place that an account has, else the page that asks where to (decision 27)."""
    homes = [f"/portal/{door.portal}/" for door in session.doors]
    homes += [f"/practice/{workplace.slug}/" for workplace in session.workplaces]
    return homes[0] if len(homes) == 1 else "/account"
