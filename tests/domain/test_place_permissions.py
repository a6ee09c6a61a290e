"""Who may do what in a practice, written out by hand: kinds of member × permissions, and levels × areas
(decision 29)."""

from dataclasses import dataclass, field, replace

import pytest

from db.tables.member import Limit, MemberLevel, RoleType
from domain.errors import NotPermitted
from domain.permissions import Area, Module, PlacePermission, demand, may, reach

LIMITS = ("calendars", "invoices", "profiles", "financial_reports")


@dataclass(frozen=True)
class Stands:
    """How somebody stands in a practice."""

    level: MemberLevel
    role_type: RoleType = RoleType.PRACTITIONER
    owner: bool = False
    read_only: bool = False
    hides_names: bool = False
    limits: dict[str, Limit] = field(default_factory=lambda: dict.fromkeys(LIMITS, Limit.ALL))
    modules: frozenset[Module] = frozenset(Module)


FULL, CLINICAL = Stands(MemberLevel.FULL), Stands(MemberLevel.CLINICAL)
CONTACT, PERSONAL = Stands(MemberLevel.OWN_AND_CONTACT), Stands(MemberLevel.PERSONAL)
ADMIN = RoleType.ADMINISTRATOR
WHO = {
    "owner": replace(FULL, owner=True),
    "F": FULL,
    "C": CLINICAL,
    "O": CONTACT,
    "P": PERSONAL,
    "aF": replace(FULL, role_type=ADMIN),
    "aC": replace(CLINICAL, role_type=ADMIN),
    "aO": replace(CONTACT, role_type=ADMIN),
    "aP": replace(PERSONAL, role_type=ADMIN),
    "Cread": replace(CLINICAL, read_only=True),
    "Chide": replace(CLINICAL, hides_names=True),
    "bare": replace(CLINICAL, modules=frozenset()),
}
"""Practitioners by level, administrators (a) by level, one who is read only, one who reads codes for names, one with
every module switched off."""

MATRIX = """
permission            owner F   C   O   P   aF  aC  aO  aP  Cread Chide bare
practice:open         yes   yes yes yes yes yes yes yes yes yes   yes   yes
calendar:view         yes   yes yes yes yes yes yes yes yes yes   yes   no
patient:view          yes   yes yes yes yes yes yes yes yes yes   yes   no
patient:admit         yes   yes yes no  no  yes yes no  no  no    no    no
patient:import        yes   yes yes no  no  yes yes no  no  no    no    no
patient:change        yes   yes yes yes yes yes yes yes yes no    no    no
patient:revoke        yes   yes no  no  no  yes no  no  no  no    no    no
patient:unlink        yes   yes no  no  no  yes no  no  no  no    no    no
patient-invoice:view  yes   yes yes yes yes yes yes yes yes yes   yes   no
note:read             yes   yes yes yes yes no  no  no  no  yes   no    no
note:write            yes   yes yes yes yes no  no  no  no  no    no    no
invitation:view       yes   yes yes yes yes yes yes yes yes yes   yes   no
invitation:send       yes   yes yes yes yes yes yes yes yes no    no    no
update:decide         yes   yes yes yes yes yes yes yes yes no    no    no
guardian:confirm      yes   yes yes yes yes yes yes yes yes no    no    no
report:view           yes   yes yes yes yes yes yes yes yes yes   yes   no
report:save           yes   yes yes yes yes yes yes yes yes no    yes   no
report:choose         yes   yes yes yes yes yes yes yes yes no    no    no
notification:view     yes   yes yes yes yes yes yes yes yes yes   yes   yes
notification:archive  yes   yes yes yes yes yes yes yes yes no    yes   yes
settings:view         yes   yes no  no  no  yes no  no  no  no    no    no
settings:change       yes   yes no  no  no  yes no  no  no  no    no    no
member:view           yes   yes yes yes yes yes yes yes yes yes   yes   yes
member:change         yes   no  no  no  no  no  no  no  no  no    no    no
member:choose-view    no    no  no  no  no  yes yes yes yes no    no    no
"""
HEAD, *LINES = [line.split() for line in MATRIX.strip().splitlines()]
CASES = [(line[0], who, answer == "yes") for line in LINES for who, answer in zip(HEAD[1:], line[1:], strict=True)]


@pytest.mark.parametrize(("permission", "who", "allowed"), CASES)
def test_who_may_do_what(permission: str, who: str, allowed: bool) -> None:
    assert may(WHO[who], PlacePermission(permission)) is allowed
    if allowed:
        demand(WHO[who], PlacePermission(permission))
    else:
        with pytest.raises(NotPermitted):
            demand(WHO[who], PlacePermission(permission))


def test_the_matrix_names_every_permission_and_kind() -> None:
    assert {line[0] for line in LINES} == set(PlacePermission)
    assert set(HEAD[1:]) == set(WHO)


REACH = """
level    contact profiles notes calendars invoices financial-reports
F        all     all      all   all       all      all
C        all     all      all   all       own      own
O        all     own      own   own       own      own
P        own     own      own   own       own      own
aF       all     all      none  all       all      all
aC       all     all      none  all       own      own
aO       all     own      none  own       own      own
aP       own     own      none  own       own      own
"""
AREAS, *READS = [line.split() for line in REACH.strip().splitlines()]


@pytest.mark.parametrize(
    ("who", "area", "much"),
    [(r[0], a, much) for r in READS for a, much in zip(AREAS[1:], r[1:], strict=True)],
)
def test_how_much_of_each_area_a_level_reads(who: str, area: str, much: str) -> None:
    assert reach(WHO[who], Area(area.replace("-", " "))) == much


def test_the_table_names_every_area() -> None:
    assert {area.replace("-", " ") for area in AREAS[1:]} == set(Area)


LIMITED = """
limit             to   F/contact F/profiles F/notes F/calendars F/invoices F/financial-reports
calendars         own  all       all        all     own         all        all
calendars         none all       all        all     none        all        all
invoices          own  all       all        all     all         own        all
invoices          none all       all        all     all         none       all
profiles          own  own       own        own     all         all        all
profiles          none none      none       none    all         all        all
financial_reports own  all       all        all     all         all        own
financial_reports none all       all        all     all         all        none
"""
LIMIT_HEAD, *LIMIT_LINES = [line.split() for line in LIMITED.strip().splitlines()]


@pytest.mark.parametrize("line", LIMIT_LINES, ids=lambda line: f"{line[0]} {line[1]}")
def test_what_a_limit_leaves_of_full_access(line: list[str]) -> None:
    limited = replace(FULL, limits={**FULL.limits, line[0]: Limit(line[1])})
    for column, much in zip(LIMIT_HEAD[2:], line[2:], strict=True):
        assert reach(limited, Area(column.split("/")[1].replace("-", " "))) == much, column


@pytest.mark.parametrize("much", Limit)
@pytest.mark.parametrize("who", [FULL, CLINICAL])
def test_only_who_reads_every_profile_imports(who: Stands, much: Limit) -> None:
    limited = replace(who, limits={**who.limits, "profiles": much})
    assert may(limited, PlacePermission.IMPORT_PATIENTS) is (much is Limit.ALL)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("level", [FULL, CLINICAL, CONTACT, PERSONAL])
def test_a_limit_never_widens_a_level(level: Stands, limit: str) -> None:
    order = [Limit.NONE, Limit.OWN, Limit.ALL]
    for much in Limit:
        limited = replace(level, limits={**level.limits, limit: much})
        for area in Area:
            assert order.index(reach(limited, area)) <= order.index(reach(level, area))
