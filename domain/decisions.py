"""What controllers decide about somebody's access: the moves of its status (decisions 2 to 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from db.engine import run, transaction
from db.tables.access import Level, Reason, Role, Status
from domain import audit, clock, confirmations, consents, controllers, lapses
from domain.access_lists import Person, person, standing
from domain.errors import Changed, NotFound, Refused
from domain.mail import MailKind, owe
from domain.permissions import Permission, demand
from domain.portals import Visit

GRANTABLE_AGAIN = {Reason.DENIED, Reason.REVOKED, Reason.EXPIRED}


@dataclass(frozen=True)
class Decision:
    """What a controller sets in **Edit access**. `version` is that of the row when the form was drawn."""

    status: Status
    level: Level
    role: Role
    version: int
    refuse_for_good: bool = False


async def decide(visit: Visit, access: UUID, decision: Decision) -> Person:
    """Grants, narrows, widens, denies or revokes, and gives the row as it is then.

    Raises NotPermitted, NotFound, Changed when the row is newer than the form, and Refused with the rule's words.
    """
    demand(visit, Permission.DECIDE_ACCESS)
    async with transaction():
        row = await _row(visit, access)
        if row["version"] != decision.version:
            raise Changed
        _demand_decidable(visit, row, decision)
        move = _grant if decision.status is Status.CURRENT else _disable
        if done := await move(visit, row, decision):
            await audit.record(done, account=visit.account, portal=visit.portal, access=visit.access, subject=access)
    return await person(visit, access)


async def _row(visit: Visit, access: UUID) -> dict[str, Any]:
    """The row, locked: the newest of its person on this portal's list, or NotFound."""
    if not visit.owns:
        await controllers.hold(visit.portal)
    rows = await run("SELECT * FROM access WHERE id = $1 AND portal = $2 FOR UPDATE", access, visit.portal)
    if not rows:
        raise NotFound
    await person(visit, access)
    return rows[0]


def _demand_decidable(visit: Visit, row: Mapping[str, Any], decision: Decision) -> None:
    if decision.status is Status.PENDING:
        raise Refused("Choose Current to give access, or Disabled", "status")
    if row["account"] == visit.account:
        raise Refused("This is your own access. Choose Leave if you no longer want it")
    if row["basis"] is not None and row["status"] == Status.CURRENT and not visit.owns:
        raise Refused("They are a guardian too. Neither of you can change the other's access")


async def _grant(visit: Visit, row: Mapping[str, Any], decision: Decision) -> str | None:
    """Gives the kind of event that it came to, if any. A guardian decides about everything, whatever level says."""
    status, reason = standing(row)
    if status != row["status"]:
        await consents.clear_lapsed(row)
    _demand_way_back(visit, row, status, reason)
    given = status is Status.CURRENT or _is_sent(row)
    guardian = row["basis"] is not None and not visit.owns
    level, role = (Level.CLINICAL, Role.EDIT) if guardian else (decision.level, decision.role)
    if given and (row["level"], row["role"]) == (level, role):
        return await _leave_as_it_is(visit, row)
    widens = not given or _widens(row, level, role)
    if widens and not await consents.all_agree(visit, row, level, role):
        await run("UPDATE access SET version = version + 1 WHERE id = $1", row["id"])
        return "access:agree"
    if row["account"] is None:
        await _write(visit, row, Status.PENDING, level, role)
        if not given:
            await owe(MailKind.ACCESS_OFFER, row["id"], row["email"])
        return "access:change" if given else "access:agree"
    await _write(visit, row, Status.CURRENT, level, role)
    await lapses.end_held_back(row["account"], visit.portal)
    if guardian and status is not Status.CURRENT:
        await consents.start_anew(visit.portal)
        await confirmations.ask(visit.portal)
    if widens:
        await controllers.tell_of_widening(visit.portal, row["id"], row["version"] + 1)
    if status is not Status.CURRENT:
        email = (await run("SELECT email FROM account WHERE id = $1", row["account"]))[0]["email"]
        await owe(MailKind.ACCESS_DECISION, row["id"], email, once=str(row["version"] + 1))
    return "access:change" if status is Status.CURRENT else "access:grant"


def _is_sent(row: Mapping[str, Any]) -> bool:
    """Whether it is an offer that every guardian has agreed to: its link is out, and nobody has taken it up."""
    return row["account"] is None and row["decided_by"] is not None


def _demand_way_back(visit: Visit, row: Mapping[str, Any], status: Status, reason: Reason | None) -> None:
    """Disabled to Current: from denied, revoked and expired; from the age limit by the young person alone."""
    if status is not Status.DISABLED:
        return
    again = "They can ask again" if visit.owns else "Choose Give access to offer it again"
    if row["account"] is None:
        ended = "ran out" if reason is Reason.EXPIRED else "was taken back"
        raise Refused(f"This offer {ended}. {again}", "status")
    if reason in GRANTABLE_AGAIN or (reason is Reason.AGE_LIMIT and visit.owns):
        return
    if reason is Reason.AGE_LIMIT:
        raise Refused("This access ended because of age. Only the young person can give it again", "status")
    if reason is Reason.DECEASED:
        raise Refused("This access has ended for good. It cannot be given again", "status")
    raise Refused(f"They ended this themselves. {again}", "status")


async def _leave_as_it_is(visit: Visit, row: Mapping[str, Any]) -> str | None:
    """Nothing is changed, but for a yes to more that the visitor had said: it is taken back."""
    if not await consents.take_back(visit, row):
        return None
    await run("UPDATE access SET version = version + 1 WHERE id = $1", row["id"])
    return "access:take-back"


def _widens(row: Mapping[str, Any], level: Level, role: Role) -> bool:
    return (row["level"] != level and level is Level.CLINICAL) or (row["role"] != role and role is Role.EDIT)


async def _disable(visit: Visit, row: Mapping[str, Any], decision: Decision) -> str | None:
    status, reason = standing(row)
    if status is Status.PENDING and row["offered"]:
        kind, reason = "access:take-back", Reason.WITHDRAWN
    elif status is Status.PENDING:
        kind, reason = "access:deny", Reason.DENIED
    elif status is Status.CURRENT:
        kind, reason = "access:revoke", Reason.REVOKED
    elif decision.refuse_for_good == row["refused_for_good"]:
        return None
    elif decision.refuse_for_good:
        kind = "access:refuse-for-good"
    else:
        return await _let_ask_again(row)
    await _write(visit, row, Status.DISABLED, row["level"], row["role"], reason, decision.refuse_for_good)
    return kind


async def _let_ask_again(row: Mapping[str, Any]) -> str:
    """Who ended it, and when, stay as they are."""
    await run("UPDATE access SET refused_for_good = false, version = version + 1 WHERE id = $1", row["id"])
    return "access:let-ask-again"


async def _write(
    visit: Visit,
    row: Mapping[str, Any],
    status: Status,
    level: str,
    role: str,
    reason: Reason | None = None,
    for_good: bool = False,
) -> None:
    """A grant lifts a refusal for good."""
    try:
        await run(
            "UPDATE access SET status = $2, level = $3, role = $4, reason = $5, refused_for_good = $6,"
            " decided_at = CASE WHEN $2 = 'Pending' THEN decided_at ELSE $7 END, decided_by = $8,"
            " version = version + 1, link_version = link_version + (CASE WHEN $2 = 'Disabled' THEN 1 ELSE 0 END)"
            " WHERE id = $1",
            row["id"],
            status.value,
            str(level),
            str(role),
            reason and reason.value,
            for_good,
            clock.now(),
            visit.account,
        )
    except asyncpg.UniqueViolationError as error:
        raise Refused("There is a newer request from the same person. Open that one", "status") from error
    await consents.clear(row)
