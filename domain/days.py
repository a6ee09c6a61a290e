"""Days that a person types, who may be in any time zone."""

from datetime import date, timedelta

from domain import clock

EARLIEST = date(1900, 1, 1)
FURTHEST_EAST = timedelta(hours=14)


def has_begun(day: date) -> bool:
    """Whether it is that day yet anywhere on earth: nobody who types their own today is refused."""
    return day <= (clock.now() + FURTHEST_EAST).date()


def wrong_with(day: date | None) -> str | None:
    """What is wrong with a day of somebody's life, in words for them; None if nothing is."""
    if day is None:
        return None
    if day < EARLIEST:
        return "Type a date after 1900"
    return None if has_begun(day) else "This date is in the future. Check the year"
