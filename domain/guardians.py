"""Portals whose person has no login: somebody opens one and acts as its guardian (decision 5)."""

from uuid import UUID

from db.engine import run, transaction
from db.ids import new_id
from domain import audit, clock, portals
from domain.bases import BASES_FOR_ADULTS, PARENTAL, demand_fitting
from domain.offers import Offer, accept_offer, offer, offer_of, set_up_and_accept
from domain.sessions import Session

__all__ = [
    "BASES_FOR_ADULTS", "PARENTAL", "Offer",
    "accept_offer", "offer", "offer_of", "open_dependant", "set_up_and_accept",
]  # fmt: skip


async def open_dependant(session: Session, name: str, relationship: str, basis: str) -> UUID:
    """Opens a portal for somebody without a login of their own; its creator is their guardian at once: Clinical,
    Edit. Gives the portal's id. Raises Refused at the field 'basis' for one that does not fit the relationship."""
    demand_fitting(basis, relationship)
    async with transaction():
        portal, now = await portals.create(name, owner=None, by=session.account), clock.now()
        access = new_id()
        await run(
            "INSERT INTO access (id, account, portal, asked_by, name, relationship, level, role, status, basis,"
            " asked_at, expires_at, decided_at, decided_by)"
            " VALUES ($1, $2, $3, $2, $4, $5, 'Clinical', 'Edit', 'Current', $6, $7, $7, $7, $2)",
            access,
            session.account,
            portal,
            name,
            relationship,
            basis,
            now,
        )
        await audit.record("portal:open-dependant", account=session.account, portal=portal, access=access)
    return portal
