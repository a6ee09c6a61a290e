"""Words that several pages share."""

from decimal import Decimal

from babel.numbers import format_currency

from domain.members.rights import Limit, Rights
from domain.permissions import Module
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


AREAS = {
    "calendars": "Calendars",
    "invoices": "Invoices",
    "profiles": "Patient profiles",
    "financial_reports": "Financial reports",
}
"""The areas that can be limited for a member, by the field of the form."""


def marks(rights: Rights) -> list[str]:
    """What is particular about a member's rights, within their level: "read only", "no Reports" …"""
    found = [("account owner", rights.owner), ("read only", rights.read_only), ("names hidden", rights.hides_names)]
    found += [(f"{AREAS[area].lower()}: {much}", much is not Limit.ALL) for area, much in rights.limits.items()]
    found += [(f"no {module}", module not in rights.modules) for module in Module]
    return [words for words, applies in found if applies]
