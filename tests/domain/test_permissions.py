"""Who may do what in a portal, written out: decisions 4, 9 and 10."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from db.tables.access import Level, Role
from domain import permissions
from domain.errors import NotPermitted
from domain.permissions import FIELDS, RULES, Permission, demand, may, sees


@dataclass(frozen=True)
class Stands:
    owns: bool
    controls: bool
    level: Level
    role: Role


WHO = {
    "owner": Stands(True, True, Level.CLINICAL, Role.EDIT),
    "guardian": Stands(False, True, Level.CLINICAL, Role.EDIT),
    "CE": Stands(False, False, Level.CLINICAL, Role.EDIT),
    "CV": Stands(False, False, Level.CLINICAL, Role.VIEW),
    "AE": Stands(False, False, Level.ADMINISTRATIVE, Role.EDIT),
    "AV": Stands(False, False, Level.ADMINISTRATIVE, Role.VIEW),
}

MATRIX = """
permission           owner guardian CE  CV  AE  AV
portal:open          yes   yes      yes yes yes yes
appointment:view     yes   yes      yes yes yes yes
appointment:cancel   yes   yes      yes no  yes no
invoice:view         yes   yes      yes yes yes yes
record:view          yes   yes      yes yes no  no
record:add           yes   yes      yes no  no  no
record:remove        yes   yes      yes no  no  no
details:view         yes   yes      yes yes no  no
details:change       yes   yes      yes no  no  no
funding:view         yes   yes      yes yes no  no
funding:change       yes   yes      yes no  no  no
number:read-whole    yes   yes      no  no  no  no
access:view-own      no    yes      yes yes yes yes
access:leave         no    yes      yes yes yes yes
access:view          yes   yes      no  no  no  no
access:decide        yes   yes      no  no  no  no
access:give          yes   yes      no  no  no  no
"""
HEAD, *LINES = [line.split() for line in MATRIX.strip().splitlines()]
CASES = [(line[0], who, answer == "yes") for line in LINES for who, answer in zip(HEAD[1:], line[1:], strict=True)]


@pytest.mark.parametrize(("permission", "who", "allowed"), CASES)
def test_who_may_do_what(permission, who, allowed):
    assert may(WHO[who], Permission(permission)) is allowed
    if allowed:
        demand(WHO[who], Permission(permission))
    else:
        with pytest.raises(NotPermitted):
            demand(WHO[who], Permission(permission))


def test_the_matrix_and_the_rules_name_every_permission():
    assert {line[0] for line in LINES} == set(Permission) == set(RULES)
    assert set(HEAD[1:]) == set(WHO)


def test_a_permission_without_a_rule_stops_the_start():
    line = '    LEAVE = "access:leave"\n'
    source = Path(permissions.portal.__file__).read_text().replace(line, f'{line}    NEW = "a:b"\n')
    with pytest.raises(RuntimeError, match="permissions without a rule"):
        exec(compile(source, "permissions", "exec"), {"__name__": "permissions"})


ADMINISTRATIVE_READS = {
    "appointment": {"starts_at", "ends_at", "place", "practitioner", "practice", "status", "name_for_others"},
    "invoice": {
        "number",
        "practice",
        "practitioner",
        "issued_on",
        "due_on",
        "total",
        "paid",
        "amount",
        "description_for_others",
    },
}
CLINICAL_READS_TOO = {"appointment": {"name", "reason"}, "invoice": {"description"}}


@pytest.mark.parametrize("thing", ADMINISTRATIVE_READS)
@pytest.mark.parametrize("who", WHO)
def test_which_fields_each_level_reads(thing, who):
    clinical = who not in ("AE", "AV")
    wanted = ADMINISTRATIVE_READS[thing] | (CLINICAL_READS_TOO[thing] if clinical else set())
    assert {field for field in FIELDS[thing] if sees(WHO[who], thing, field)} == wanted


def test_the_fields_are_all_named_here():
    assert {t: set(fields) for t, fields in FIELDS.items()} == {
        thing: ADMINISTRATIVE_READS[thing] | CLINICAL_READS_TOO[thing] for thing in ADMINISTRATIVE_READS
    }
