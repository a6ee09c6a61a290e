"""Words that mails and pages share."""

from db.tables.access import Level, Role
from db.tables.member import MemberLevel


def possessive(name: str) -> str:
    """Whose: "Leo Park’s", "James’"."""
    return f"{name}’" if name.endswith(("s", "S")) else f"{name}’s"


def listed(names: list[str]) -> str:
    """ "One", "One and Two", "One, Two and Three"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def level_words(level: str) -> str:
    """What a level shows, as a sentence."""
    if Level(level) is Level.CLINICAL:
        return "All appointments, invoices and clinical records."
    return "All appointments and invoices only, no clinical records."


def role_words(level: str | None, role: str) -> str:
    """What somebody with a role may do today, as a sentence; for a `level` that is yet to be chosen, give None."""
    if Role(role) is Role.VIEW:
        return "Sees, and changes nothing."
    if level is None:
        return "Also cancels appointments and, with Clinical, changes records and details."
    if Level(level) is Level.CLINICAL:
        return "Sees, cancels appointments, adds to records and changes details."
    return "Sees, and cancels appointments."


def member_level_words(level: str) -> str:
    """What a member level shows, as a sentence (decision 29)."""
    return {
        MemberLevel.FULL: "All patients and finances, and the practice’s settings. Notes, for practitioners.",
        MemberLevel.CLINICAL: "All patients. Notes, for practitioners. Finances of their own patients.",
        MemberLevel.OWN_AND_CONTACT: "All of their own patients. Of the others, the name and how to reach them.",
        MemberLevel.PERSONAL: "Their own patients only. The others cannot be found.",
    }[MemberLevel(level)]
