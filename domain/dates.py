"""Dates and times as people read them (decision 24), whatever language the machine is set to."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HOME_ZONE = "Australia/Sydney"
"""The zone of what concerns no practice. A practice's times are in its own."""

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def long_date(day: date | datetime, zone: str | ZoneInfo = HOME_ZONE) -> str:
    """ "Fri 20 November 2026". A moment, which must know its own zone, is read on the calendar of `zone`; a plain date
    is the same everywhere. Raises ValueError for a moment without a zone, ZoneInfoNotFoundError for no such zone."""
    if isinstance(day, datetime):
        day = there(day, zone)
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def short_time(moment: datetime, zone: str | ZoneInfo = HOME_ZONE) -> str:
    """ "9:05 am" on the clocks of `zone`. Raises as long_date does."""
    local = there(moment, zone)
    return f"{local.hour % 12 or 12}:{local.minute:02} {'am' if local.hour < 12 else 'pm'}"


def age_on(day: date, born: date | None) -> int | None:
    """Whole years, None where the birth date is not known."""
    return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def there(moment: datetime, zone: str | ZoneInfo) -> datetime:
    """`moment` as the calendar and clocks of `zone` have it."""
    if moment.utcoffset() is None:
        raise ValueError("A moment needs a zone of its own.")
    return moment.astimezone(UTC).astimezone(zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone))
