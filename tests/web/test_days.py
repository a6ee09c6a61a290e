from datetime import date

import pytest

from web.days import typed_day, wrong_with

LEAP = date(2020, 2, 29)


@pytest.mark.parametrize(
    "typed", ["2020-02-29", "29/2/2020", "29.02.2020", "29-2-2020", "29 2 2020", "29 Feb 2020", "29 february, 2020"]
)
def test_a_day_as_people_type_it(typed: str) -> None:
    assert typed_day(typed) == LEAP
    assert wrong_with(typed, "day") == []


@pytest.mark.parametrize(
    "typed", ["29/2/2021", "2/29/2020", "1/1/20", "29 Ma 2020", "29 Juk 2020", "0000-01-01", "yesterday", "२९/२/२०२०"]
)
def test_what_is_no_day_is_told_at_its_field(typed: str) -> None:
    assert typed_day(typed) is None
    assert [fault.field for fault in wrong_with(typed, "day")] == ["day"]


def test_nothing_is_no_day_and_not_wrong() -> None:
    assert (typed_day(""), wrong_with("", "day")) == (None, [])
