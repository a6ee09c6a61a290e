from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.dates import long_date, short_time

LATE = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)


def test_a_date_reads_day_month_year():
    assert long_date(date(2026, 11, 20)) == "Fri 20 November 2026"
    assert long_date(date(2027, 3, 1)) == "Mon 1 March 2027"


@pytest.mark.parametrize(
    ("zone", "day", "time"),
    [
        ("Australia/Sydney", "Sat 21 November 2026", "12:05 am"),
        ("Europe/Berlin", "Fri 20 November 2026", "2:05 pm"),
        (ZoneInfo("Europe/London"), "Fri 20 November 2026", "1:05 pm"),
    ],
)
def test_a_moment_is_read_on_the_clocks_of_its_place(zone, day, time):
    assert long_date(LATE, zone) == day
    assert short_time(LATE, zone) == time


def test_noon_and_midnight_are_twelve():
    assert short_time(datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "UTC") == "12:00 pm"
    assert short_time(datetime(2026, 7, 1, 0, 30, tzinfo=UTC), "UTC") == "12:30 am"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        long_date(datetime(2026, 11, 20, 9, 0))  # noqa: DTZ001 - what is refused
