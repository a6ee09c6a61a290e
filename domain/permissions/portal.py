"""What may be done in a portal, by level and role."""

from enum import StrEnum
from typing import NamedTuple, Protocol

from db.tables.access import Level, Role


class Permission(StrEnum):
    """What can be asked of a portal, named resource:action."""

    OPEN_PORTAL = "portal:open"
    VIEW_APPOINTMENTS = "appointment:view"
    CANCEL_APPOINTMENTS = "appointment:cancel"
    VIEW_INVOICES = "invoice:view"
    VIEW_RECORDS = "record:view"
    ADD_RECORDS = "record:add"
    REMOVE_RECORDS = "record:remove"
    VIEW_DETAILS = "details:view"
    CHANGE_DETAILS = "details:change"
    VIEW_FUNDING = "funding:view"
    CHANGE_FUNDING = "funding:change"
    READ_NUMBERS_WHOLE = "number:read-whole"
    VIEW_OWN_ACCESS = "access:view-own"
    LEAVE = "access:leave"
    VIEW_ACCESS = "access:view"
    DECIDE_ACCESS = "access:decide"
    GIVE_ACCESS = "access:give"


class Rule(NamedTuple):
    """Who may, apart from controllers: someone whose level and role are both named. Nobody, if none is."""

    levels: frozenset[Level] = frozenset()
    roles: frozenset[Role] = frozenset()


BOTH_LEVELS, CLINICAL = frozenset(Level), frozenset({Level.CLINICAL})
BOTH_ROLES, EDIT = frozenset(Role), frozenset({Role.EDIT})

RULES: dict[Permission, Rule] = {
    Permission.OPEN_PORTAL: Rule(BOTH_LEVELS, BOTH_ROLES),
    Permission.VIEW_APPOINTMENTS: Rule(BOTH_LEVELS, BOTH_ROLES),
    Permission.CANCEL_APPOINTMENTS: Rule(BOTH_LEVELS, EDIT),
    Permission.VIEW_INVOICES: Rule(BOTH_LEVELS, BOTH_ROLES),
    Permission.VIEW_RECORDS: Rule(CLINICAL, BOTH_ROLES),
    Permission.ADD_RECORDS: Rule(CLINICAL, EDIT),
    Permission.REMOVE_RECORDS: Rule(CLINICAL, EDIT),
    Permission.VIEW_DETAILS: Rule(CLINICAL, BOTH_ROLES),
    Permission.CHANGE_DETAILS: Rule(CLINICAL, EDIT),
    Permission.VIEW_FUNDING: Rule(CLINICAL, BOTH_ROLES),
    Permission.CHANGE_FUNDING: Rule(CLINICAL, EDIT),
    Permission.READ_NUMBERS_WHOLE: Rule(),
    Permission.VIEW_OWN_ACCESS: Rule(BOTH_LEVELS, BOTH_ROLES),
    Permission.LEAVE: Rule(BOTH_LEVELS, BOTH_ROLES),
    Permission.VIEW_ACCESS: Rule(),
    Permission.DECIDE_ACCESS: Rule(),
    Permission.GIVE_ACCESS: Rule(),
}

# The areas by field (decision 9): what each level reads of a thing that both levels may open.
FIELDS: dict[str, dict[str, frozenset[Level]]] = {
    "appointment": {
        "starts_at": BOTH_LEVELS,
        "ends_at": BOTH_LEVELS,
        "place": BOTH_LEVELS,
        "practitioner": BOTH_LEVELS,
        "practice": BOTH_LEVELS,
        "status": BOTH_LEVELS,
        "name_for_others": BOTH_LEVELS,
        "name": CLINICAL,
        "reason": CLINICAL,
    },
    "invoice": {
        "number": BOTH_LEVELS,
        "practice": BOTH_LEVELS,
        "practitioner": BOTH_LEVELS,
        "issued_on": BOTH_LEVELS,
        "due_on": BOTH_LEVELS,
        "total": BOTH_LEVELS,
        "paid": BOTH_LEVELS,
        "amount": BOTH_LEVELS,
        "description_for_others": BOTH_LEVELS,
        "description": CLINICAL,
    },
}


class Standing(Protocol):
    """How somebody stands in a portal: see `domain.portals.Visit`."""

    @property
    def controls(self) -> bool: ...
    @property
    def owns(self) -> bool: ...
    @property
    def level(self) -> Level: ...
    @property
    def role(self) -> Role: ...


def may(who: Standing, permission: Permission) -> bool:
    """Whether `who` may do this in the portal where they stand."""
    if permission in (Permission.LEAVE, Permission.VIEW_OWN_ACCESS):
        return not who.owns
    if who.controls:
        return True
    rule = RULES[permission]
    return who.level in rule.levels and who.role in rule.roles


def sees(who: Standing, thing: str, field: str) -> bool:
    """Whether `who` reads this field of a thing that they may open."""
    return who.controls or who.level in FIELDS[thing][field]


if missing := set(Permission) - set(RULES):
    raise RuntimeError(f"permissions without a rule: {sorted(missing)}")
