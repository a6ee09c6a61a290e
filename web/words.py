"""Words that several pages share."""

from decimal import Decimal

from babel.numbers import format_currency

from domain.portals import Visit
from domain.records import RecordKind
from domain.words import possessive


def money(amount: Decimal) -> str:
    """Australian dollars, such as "$1,250.00"."""
    return str(format_currency(amount, "AUD", locale="en_AU"))


def whose(visit: Visit, *, first: bool = False) -> str:
    """ "your" to a portal's owner, "Leo’s" to everybody else; "Your" where it is `first` in a sentence."""
    if not visit.owns:
        return possessive(visit.called)
    return "Your" if first else "your"


def many(kind: RecordKind) -> str:
    """ "Allergies", "Medicines" …"""
    return "Allergies" if kind is RecordKind.ALLERGY else f"{kind}s"
