"""Lists that come a page at a time."""

from domain.errors import NotFound

PAGE = 50
"""Rows on one page."""
LAST = 1_000


def offset(page: int) -> int:
    """How many rows come before page `page`, the first of which is 1. Raises NotFound outside 1 to 1,000."""
    if not 1 <= page <= LAST:
        raise NotFound
    return (page - 1) * PAGE
