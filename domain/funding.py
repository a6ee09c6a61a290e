"""Who pays for the care of a portal's person: Medicare and a health fund."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.engine import Prepared, transaction
from domain import audit, medicare
from domain.errors import Changed, NotFound, Refused
from domain.permissions import Permission, demand, may
from domain.portals import Visit

MASK = "••••"
LONGEST = {"health_fund": 100, "fund_number": 40}


@dataclass(frozen=True)
class Funding:
    """What is kept, as this visitor may read it: numbers whole or masked, '' where there are none."""

    medicare_number: str
    medicare_reference: str
    medicare_expiry: str
    """MM/YYYY."""
    health_fund: str
    fund_number: str
    whole: bool
    """Whether the two numbers are whole. Where not, put nothing of them into a form."""
    version: int


@dataclass(frozen=True)
class NewFunding:
    """What a form replaces it with; `version` is that of what it was drawn from.

    Who cannot read the numbers whole keeps one by leaving it empty. The two `remove_…` win over what is typed.
    """

    medicare_number: str
    medicare_reference: str
    medicare_expiry: str
    health_fund: str
    fund_number: str
    version: int
    remove_medicare: bool = False
    remove_fund: bool = False


_read = Prepared("SELECT * FROM funding WHERE portal = $1")
_lock = Prepared("SELECT * FROM funding WHERE portal = $1 FOR UPDATE")
_write = Prepared(
    "UPDATE funding SET medicare_number = $2, medicare_reference = $3, medicare_expiry = $4, health_fund = $5,"
    " fund_number = $6, version = version + 1 WHERE portal = $1"
)


async def read(visit: Visit) -> Funding:
    """What is kept, masked for all but controllers (decision 10). Raises NotPermitted."""
    demand(visit, Permission.VIEW_FUNDING)
    row = await _read.first(visit.portal)
    if row is None:
        raise NotFound
    whole, number, member = may(visit, Permission.READ_NUMBERS_WHOLE), row["medicare_number"], row["fund_number"]
    await audit.record("funding:view", account=visit.account, portal=visit.portal, access=visit.access)
    return Funding(
        medicare_number=medicare.spaced(number) if whole else medicare.masked(number),
        medicare_reference=row["medicare_reference"],
        medicare_expiry=row["medicare_expiry"],
        health_fund=row["health_fund"],
        fund_number=member if whole else _masked(member),
        whole=whole,
        version=row["version"],
    )


def _masked(number: str) -> str:
    """Its last character, if that tells little; never its length."""
    return f"{MASK} {number[-1]}" if len(number) > len(MASK) else number and MASK


def faults(new: NewFunding) -> list[Refused]:
    """Everything wrong with what was typed, each at its field; what is to be removed is not looked at."""
    found: list[Refused] = []
    if not new.remove_medicare:
        found += _medicare_faults(new)
    if not new.remove_fund:
        for field, longest in LONGEST.items():
            if len(getattr(new, field)) > longest:
                found.append(Refused(f"Use at most {longest} characters", field))
            elif not getattr(new, field).isprintable():
                found.append(Refused("Type this on one line", field))
    return found


def _medicare_faults(new: NewFunding) -> list[Refused]:
    found: list[Refused] = []
    for typed, check in (
        (new.medicare_number, medicare.check),
        (new.medicare_expiry, medicare.check_expiry),
    ):
        try:
            check(typed) if typed else None
        except Refused as refused:
            found.append(refused)
    if new.medicare_reference and not re.fullmatch("[1-9]", new.medicare_reference):
        found.append(Refused("Type the one digit in front of the name on the card", "medicare_reference"))
    return found


async def change(visit: Visit, new: NewFunding) -> None:
    """Replaces what is kept. Nothing is written, and no version raised, when it is the same.

    Raises NotPermitted, Changed when somebody was quicker, and Refused for the first of `faults`, for a card's
    details without a number, or for a member number without a fund.
    """
    demand(visit, Permission.CHANGE_FUNDING)
    for fault in faults(new):
        raise fault
    async with transaction():
        row = await _lock.first(visit.portal)
        if row is None:
            raise NotFound
        kept = _replaced(row, new, keeps_empty=not may(visit, Permission.READ_NUMBERS_WHOLE))
        if all(row[field] == value for field, value in kept.items()):
            return
        if row["version"] != new.version:
            raise Changed
        _demand_whole(kept)
        await _write.rows(visit.portal, *kept.values())
        await audit.record("funding:change", account=visit.account, portal=visit.portal, access=visit.access)


def _replaced(row: Mapping[str, Any], new: NewFunding, *, keeps_empty: bool) -> dict[str, str]:
    """What stands after the change, in the order of `_write`."""
    kept = dict.fromkeys(("medicare_number", "medicare_reference", "medicare_expiry", "health_fund", "fund_number"), "")
    if not new.remove_medicare:
        present = row["medicare_number"] if keeps_empty else ""
        kept["medicare_number"] = medicare.check(new.medicare_number) if new.medicare_number else present
        kept["medicare_reference"] = new.medicare_reference
        kept["medicare_expiry"] = medicare.check_expiry(new.medicare_expiry) if new.medicare_expiry else ""
    if not new.remove_fund:
        kept["health_fund"] = new.health_fund
        kept["fund_number"] = new.fund_number or (row["fund_number"] if keeps_empty else "")
    return kept


def _demand_whole(kept: Mapping[str, str]) -> None:
    if not kept["medicare_number"] and (kept["medicare_reference"] or kept["medicare_expiry"]):
        raise Refused("Type the number on the card too", "medicare_number")
    if kept["fund_number"] and not kept["health_fund"]:
        raise Refused("Type the name of the fund, or remove it", "health_fund")
