"""What a member may do in a practice, and how much of each area they read: area × level (decision 29)."""

from enum import StrEnum
from typing import NamedTuple, Protocol

from db.tables.member import Limit, MemberLevel, RoleType


class Area(StrEnum):
    """What a level opens all of, one's own of, or nothing of. Own: of patients who are one's own."""

    CONTACT = "contact"
    """A patient's name and how to reach them."""
    PROFILES = "profiles"
    """All the rest of a patient's profile."""
    NOTES = "notes"
    CALENDARS = "calendars"
    INVOICES = "invoices"
    FINANCIAL_REPORTS = "financial reports"


class Module(StrEnum):
    """A part of the practice's pages that can be switched off for a member. It takes pages away and hides no name."""

    CALENDAR = "Calendar"
    PATIENTS = "Patients"
    INVOICES = "Invoices"
    REPORTS = "Reports"
    INVITATIONS = "Invitations"


class PlacePermission(StrEnum):
    """What can be asked of a practice, named resource:action."""

    OPEN_PRACTICE = "practice:open"
    VIEW_CALENDAR = "calendar:view"
    VIEW_PATIENTS = "patient:view"
    ADMIT_PATIENTS = "patient:admit"
    IMPORT_PATIENTS = "patient:import"
    CHANGE_PATIENTS = "patient:change"
    REVOKE_PRACTITIONERS = "patient:revoke"
    UNLINK = "patient:unlink"
    VIEW_PATIENTS_INVOICES = "patient-invoice:view"
    READ_NOTES = "note:read"
    WRITE_NOTES = "note:write"
    VIEW_INVITATIONS = "invitation:view"
    INVITE = "invitation:send"
    DECIDE_UPDATES = "update:decide"
    CONFIRM_GUARDIANS = "guardian:confirm"
    VIEW_REPORTS = "report:view"
    SAVE_REPORTS = "report:save"
    CHOOSE_PATIENTS = "report:choose"
    VIEW_NOTIFICATIONS = "notification:view"
    ARCHIVE_NOTIFICATIONS = "notification:archive"
    VIEW_SETTINGS = "settings:view"
    CHANGE_SETTINGS = "settings:change"
    VIEW_MEMBERS = "member:view"
    CHANGE_MEMBERS = "member:change"
    CHOOSE_WHOM_TO_VIEW = "member:choose-view"


BOTH, EVERY = frozenset(RoleType), frozenset(MemberLevel)
PRACTITIONER, ADMINISTRATOR = frozenset({RoleType.PRACTITIONER}), frozenset({RoleType.ADMINISTRATOR})
FULL, ALL_PATIENTS = frozenset({MemberLevel.FULL}), frozenset({MemberLevel.FULL, MemberLevel.CLINICAL})


class PlaceRule(NamedTuple):
    """Who may: a member whose level and role type are both named, with the module on. `changes` is for those who are
    not read only, `names` for those who read patients' names, `owner` for account owners, `all_of` for those who read
    the whole of an area."""

    levels: frozenset[MemberLevel] = EVERY
    role_types: frozenset[RoleType] = BOTH
    module: Module | None = None
    changes: bool = False
    names: bool = False
    owner: bool = False
    all_of: Area | None = None


PLACE_RULES: dict[PlacePermission, PlaceRule] = {
    PlacePermission.OPEN_PRACTICE: PlaceRule(),
    PlacePermission.VIEW_CALENDAR: PlaceRule(module=Module.CALENDAR),
    PlacePermission.VIEW_PATIENTS: PlaceRule(module=Module.PATIENTS),
    PlacePermission.ADMIT_PATIENTS: PlaceRule(ALL_PATIENTS, module=Module.PATIENTS, changes=True, names=True),
    PlacePermission.IMPORT_PATIENTS: PlaceRule(
        ALL_PATIENTS, module=Module.PATIENTS, changes=True, names=True, all_of=Area.PROFILES
    ),
    PlacePermission.CHANGE_PATIENTS: PlaceRule(module=Module.PATIENTS, changes=True, names=True),
    PlacePermission.REVOKE_PRACTITIONERS: PlaceRule(FULL, module=Module.PATIENTS, changes=True, names=True),
    PlacePermission.UNLINK: PlaceRule(FULL, module=Module.PATIENTS, changes=True, names=True),
    PlacePermission.VIEW_PATIENTS_INVOICES: PlaceRule(module=Module.INVOICES),
    PlacePermission.READ_NOTES: PlaceRule(role_types=PRACTITIONER, module=Module.PATIENTS, names=True),
    PlacePermission.WRITE_NOTES: PlaceRule(role_types=PRACTITIONER, module=Module.PATIENTS, changes=True, names=True),
    PlacePermission.VIEW_INVITATIONS: PlaceRule(module=Module.INVITATIONS),
    PlacePermission.INVITE: PlaceRule(module=Module.INVITATIONS, changes=True, names=True),
    PlacePermission.DECIDE_UPDATES: PlaceRule(module=Module.PATIENTS, changes=True, names=True),
    PlacePermission.CONFIRM_GUARDIANS: PlaceRule(module=Module.PATIENTS, changes=True, names=True),
    PlacePermission.VIEW_REPORTS: PlaceRule(module=Module.REPORTS),
    PlacePermission.SAVE_REPORTS: PlaceRule(module=Module.REPORTS, changes=True),
    PlacePermission.CHOOSE_PATIENTS: PlaceRule(module=Module.REPORTS, changes=True, names=True),
    PlacePermission.VIEW_NOTIFICATIONS: PlaceRule(),
    PlacePermission.ARCHIVE_NOTIFICATIONS: PlaceRule(changes=True),
    PlacePermission.VIEW_SETTINGS: PlaceRule(FULL),
    PlacePermission.CHANGE_SETTINGS: PlaceRule(FULL, changes=True),
    PlacePermission.VIEW_MEMBERS: PlaceRule(),
    PlacePermission.CHANGE_MEMBERS: PlaceRule(owner=True),
    PlacePermission.CHOOSE_WHOM_TO_VIEW: PlaceRule(role_types=ADMINISTRATOR),
}

ALL, OWN, NONE = Limit.ALL, Limit.OWN, Limit.NONE
REACH: dict[MemberLevel, dict[Area, Limit]] = {
    MemberLevel.FULL: dict.fromkeys(Area, ALL),
    MemberLevel.CLINICAL: {**dict.fromkeys(Area, ALL), Area.INVOICES: OWN, Area.FINANCIAL_REPORTS: OWN},
    MemberLevel.OWN_AND_CONTACT: {**dict.fromkeys(Area, OWN), Area.CONTACT: ALL},
    MemberLevel.PERSONAL: dict.fromkeys(Area, OWN),
}
LIMITED_BY: dict[Area, str] = {
    Area.CONTACT: "profiles",
    Area.PROFILES: "profiles",
    Area.NOTES: "profiles",
    Area.CALENDARS: "calendars",
    Area.INVOICES: "invoices",
    Area.FINANCIAL_REPORTS: "financial_reports",
}
"""Which of a member's own limits cuts an area down further."""
NARROWEST_FIRST = (NONE, OWN, ALL)


class Placed(Protocol):
    """How somebody stands in a practice: see `domain.places.Place`."""

    @property
    def role_type(self) -> RoleType: ...
    @property
    def level(self) -> MemberLevel: ...
    @property
    def owner(self) -> bool: ...
    @property
    def read_only(self) -> bool: ...
    @property
    def hides_names(self) -> bool: ...
    @property
    def limits(self) -> dict[str, Limit]: ...
    @property
    def modules(self) -> frozenset[Module]: ...


def may(who: Placed, permission: PlacePermission) -> bool:
    """Whether a member may do this, with some patient: `reach` says with which."""
    rule = PLACE_RULES[permission]
    return (
        who.level in rule.levels
        and who.role_type in rule.role_types
        and (rule.module is None or rule.module in who.modules)
        and not (rule.changes and who.read_only)
        and not (rule.names and who.hides_names)
        and (who.owner or not rule.owner)
        and (rule.all_of is None or reach(who, rule.all_of) is ALL)
    )


def reach(who: Placed, area: Area) -> Limit:
    """How much of an area a member reads. Administrators never read notes."""
    if area is Area.NOTES and who.role_type is RoleType.ADMINISTRATOR:
        return NONE
    return min(REACH[who.level][area], who.limits[LIMITED_BY[area]], key=NARROWEST_FIRST.index)


if missing := set(PlacePermission) - set(PLACE_RULES):
    raise RuntimeError(f"permissions without a rule: {sorted(missing)}")
if unsaid := [level for level in MemberLevel if set(REACH.get(level, ())) != set(Area)]:
    raise RuntimeError(f"levels that do not say how much they read: {unsaid}")
