import pytest

from domain import medicare
from domain.errors import Refused


@pytest.mark.parametrize("typed", ["2123 45670 1", "2123456701", " 2123\t45670 1 ", "2123 45670 9"])
def test_a_right_number_gives_its_ten_digits(typed: str) -> None:
    assert medicare.check(typed) == "212345670" + typed.strip()[-1]


@pytest.mark.parametrize(
    "typed",
    [
        "2123 45671 1",  # the check digit
        "2213 45670 1",  # two digits the wrong way round
        "1123 45679 1",  # first digit below 2, the check digit right
        "7123 45675 1",  # first digit above 6, the check digit right
        "2123 45670",  # no issue number
        "2123 45670 12",
        "",
        "2123-45670-1",
        "٢١٢٣٤٥٦٧٠١",  # digits of another script
        "2123 4567O 1",
    ],
)
def test_a_wrong_number_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        medicare.check(typed)
    assert refused.value.field == "medicare_number"
    assert "2123" not in refused.value.words


def test_every_first_digit_from_2_to_6_may_be() -> None:
    assert [n for n in range(10) if _passes(n)] == [2, 3, 4, 5, 6]


def _passes(first: int) -> bool:
    eight = f"{first}1234567"
    ninth = sum(weight * int(digit) for weight, digit in zip((1, 3, 7, 9) * 2, eight, strict=True)) % 10
    try:
        return medicare.check(f"{eight}{ninth}1") == f"{eight}{ninth}1"
    except Refused:
        return False


@pytest.mark.parametrize(("typed", "kept"), [("05/2027", "05/2027"), ("5/2027", "05/2027"), (" 12 / 2030 ", "12/2030")])
def test_an_expiry_is_month_and_year(typed: str, kept: str) -> None:
    assert medicare.check_expiry(typed) == kept


@pytest.mark.parametrize("typed", ["13/2027", "00/2027", "2027/05", "05/27", "05/1927", "05/2027/1", "May 2027", ""])
def test_another_expiry_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        medicare.check_expiry(typed)
    assert refused.value.field == "medicare_expiry"


def test_a_number_is_shown_whole_or_masked() -> None:
    assert (medicare.spaced("2123456701"), medicare.masked("2123456701")) == ("2123 45670 1", "•••• ••••• 1")
    assert (medicare.spaced(""), medicare.masked("")) == ("", "")
