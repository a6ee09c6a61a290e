"""Words that several pages share."""

from decimal import Decimal

from babel.numbers import format_currency

from domain.access import Level, Role
from domain.portals import Visit
from domain.records import RecordKind


def money(amount: Decimal) -> str:
    """Australian dollars, such as "$1,250.00"."""
    return str(format_currency(amount, "AUD", locale="en_AU"))


def possessive(name: str) -> str:
    """ "Leo's", "James'"."""
    return f"{name}’" if name.endswith(("s", "S")) else f"{name}’s"


def level_words(level: Level) -> str:
    """What a level shows, in a line."""
    if level is Level.CLINICAL:
        return "All appointments, invoices and clinical records."
    return "All appointments and invoices only. No clinical records."


def role_words(role: Role) -> str:
    """What a role may do, in a line."""
    return "Sees, and changes nothing." if role is Role.VIEW else "Sees, and also books, pays and changes details."


def whose(visit: Visit, *, first: bool = False) -> str:
    """ "your" to a portal's owner, "Leo’s" to everybody else; "Your" where it is `first` in a sentence."""
    if not visit.owns:
        return possessive(visit.called)
    return "Your" if first else "your"


def many(kind: RecordKind) -> str:
    """ "Allergies", "Medicines" …"""
    return "Allergies" if kind is RecordKind.ALLERGY else f"{kind}s"
