"""Portals whose person has no login: somebody opens one and acts as its guardian (decision 5)."""

from datetime import timedelta
from uuid import UUID

from db.engine import run, transaction
from db.ids import new_id
from domain import attempts, audit, clock, portals
from domain.bases import BASES_FOR_ADULTS, PARENTAL, demand_fitting
from domain.offers import Offer, accept_offer, offer, offer_of, set_up_and_accept
from domain.sessions import Session

__all__ = [
    "BASES_FOR_ADULTS", "PARENTAL", "Offer",
    "accept_offer", "offer", "offer_of", "open_dependant", "open_for", "set_up_and_accept",
]  # fmt: skip

SENT_AGAIN_WITHIN = timedelta(minutes=10)


async def open_dependant(session: Session, name: str, relationship: str, basis: str) -> UUID:
    """Opens a portal for somebody without a login of their own; its creator is their guardian at once: Clinical,
    Edit. Gives the portal's id: the one of ten minutes ago when the same is sent again.

    Raises Refused at the field 'basis' for one that does not fit the relationship, and after ten portals in a day.
    """
    demand_fitting(basis, relationship)
    async with transaction():
        await run("SELECT FROM account WHERE id = $1 FOR NO KEY UPDATE", session.account)
        if just_opened := await _just_opened(session.account, name, relationship):
            return just_opened
        await attempts.spend_opening(session.account)
        return await open_for(session.account, name, relationship, basis)


async def open_for(account: UUID, name: str, relationship: str, basis: str) -> UUID:
    """Writes the portal and its guardian's access, in the caller's transaction. Gives the portal's id."""
    portal, access, now = await portals.create(name, owner=None, by=account), new_id(), clock.now()
    await run(
        "INSERT INTO access (id, account, portal, asked_by, name, relationship, level, role, status, basis,"
        " asked_at, expires_at, decided_at, decided_by)"
        " VALUES ($1, $2, $3, $2, $4, $5, 'Clinical', 'Edit', 'Current', $6, $7, $7, $7, $2)",
        access,
        account,
        portal,
        name,
        relationship,
        basis,
        now,
    )
    await audit.record("portal:open-dependant", account=account, portal=portal, access=access)
    return portal


async def _just_opened(account: UUID, name: str, relationship: str) -> UUID | None:
    """The portal that the same account has opened for a person of this name within ten minutes, and still acts in."""
    rows = await run(
        "SELECT a.portal FROM access a JOIN portal p ON p.id = a.portal WHERE a.account = $1 AND p.created_by = $1"
        " AND p.owner IS NULL AND p.name = $2 AND a.relationship = $3 AND a.status = 'Current' AND p.created_at > $4",
        account,
        name,
        relationship,
        clock.now() - SENT_AGAIN_WITHIN,
    )
    return rows[0]["portal"] if rows else None
