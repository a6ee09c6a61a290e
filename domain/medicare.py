"""Medicare numbers, as they stand on an Australian card (decision 25)."""

import re

from domain.errors import Refused

WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9)
WRONG = "This is not a Medicare number. Type the ten digits above the name on the card"
WRONG_EXPIRY = "Type the month and year on the card, such as 05/2027"


def check(number: str) -> str:
    """The ten digits of a number that is right, typed with or without spaces; the last one is the card's issue.

    Raises Refused at the field 'medicare_number'. It never repeats the number.
    """
    digits = "".join(number.split())
    if not re.fullmatch("[2-6][0-9]{9}", digits) or _check_digit(digits) != int(digits[8]):
        raise Refused(WRONG, "medicare_number")
    return digits


def _check_digit(digits: str) -> int:
    return sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=False)) % 10


def check_expiry(expiry: str) -> str:
    """MM/YYYY from 5/2027 or 05/2027. Raises Refused at the field 'medicare_expiry'."""
    typed = re.fullmatch(r"(0?[1-9]|1[0-2]) ?/ ?(20[0-9]{2})", expiry.strip())
    if typed is None:
        raise Refused(WRONG_EXPIRY, "medicare_expiry")
    return f"{typed[1].zfill(2)}/{typed[2]}"


def spaced(digits: str) -> str:
    """'2123 45670 1', as on the card; '' when there is none."""
    return f"{digits[:4]} {digits[4:9]} {digits[9:]}" if digits else ""


def masked(digits: str) -> str:
    """'•••• ••••• 1', for who may know that there is one but not which; '' when there is none."""
    return f"•••• ••••• {digits[9:]}" if digits else ""
