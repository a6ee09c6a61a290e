"""Access to somebody's portal: its lists, what controllers decide, and how it ends by itself.

Asking is in requests.py; portals whose person has no login are in guardians.py.
"""

from db.engine import run, transaction
from db.tables.access import Level, Reason, Role, Status
from domain import audit, clock, confirmations, consents, controllers, lapses
from domain.access_lists import Agreement, Patient, Person, own, patients, people, person
from domain.decisions import Decision, decide
from domain.errors import NotFound
from domain.permissions import Permission, demand
from domain.portals import Visit

__all__ = [
    "Agreement", "Decision", "Level", "Patient", "Person", "Reason", "Role", "Status",
    "decide", "leave", "own", "patients", "people", "person", "sweep",
]  # fmt: skip


async def leave(visit: Visit) -> None:
    """Ends one's own access. Raises NotPermitted for the owner, Refused for the only guardian left, and NotFound when
    it has ended already."""
    demand(visit, Permission.LEAVE)
    async with transaction():
        if visit.controls:
            await controllers.hold(visit.portal)
            await controllers.demand_another(visit)
        left = await run(
            "UPDATE access SET status = 'Disabled', reason = 'left', decided_at = $3, decided_by = $2,"
            " version = version + 1 WHERE id = $1 AND account = $2 AND status = 'Current' RETURNING id",
            visit.access,
            visit.account,
            clock.now(),
        )
        if not left:
            raise NotFound
        await consents.clear(left[0])
        if visit.controls:
            await confirmations.settle_if_none_waits(visit.portal)
        await audit.record(
            "access:leave", account=visit.account, portal=visit.portal, access=visit.access, subject=visit.access
        )


async def sweep() -> None:
    """Writes down what has lapsed. The worker calls it; nothing waits for it to."""
    await lapses.write_down()
