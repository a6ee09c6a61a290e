"""One practitioner kept from one patient, whom they then do not find anywhere (B14). Full Access is everything
(decision 29), so whoever has it is kept from nobody."""

from dataclasses import dataclass
from uuid import UUID

from db.engine import Prepared, run, transaction
from db.ids import new_id
from db.tables.member import MemberLevel
from domain import audit, clock
from domain.errors import NotFound, Refused
from domain.patients.found import Found, find
from domain.permissions import PlacePermission, demand
from domain.places import Place


@dataclass(frozen=True)
class Practitioner:
    member: UUID
    name: str


@dataclass(frozen=True)
class Revocations:
    """Who cannot see a patient, and who could be kept from them too."""

    revoked: tuple[Practitioner, ...]
    others: tuple[Practitioner, ...]


_standing = Prepared(
    "SELECT m.id AS member, w.name, r.id IS NOT NULL AS revoked FROM member m JOIN account w ON w.id = m.account"
    " LEFT JOIN patient_revocation r ON r.member = m.id AND r.patient = $2 WHERE m.practice = $1"
    " AND (r.id IS NOT NULL OR (m.active AND m.role_type = 'Practitioner' AND m.level <> 'Full Access'))"
    " ORDER BY w.name, m.id"
)


async def read(place: Place, patient: Found) -> Revocations:
    """Raises NotPermitted."""
    demand(place, PlacePermission.REVOKE_PRACTITIONERS)
    rows = await _standing.rows(place.practice.id, patient.id)
    revoked, others = (
        tuple(Practitioner(row["member"], row["name"]) for row in rows if row["revoked"] == which)
        for which in (True, False)
    )
    return Revocations(revoked, others)


async def revoke(place: Place, patient: UUID, member: UUID) -> None:
    """Keeps a practitioner from a patient, from their next request on. Done already, it does nothing.

    Raises NotPermitted, NotFound for a patient or member who is not there, and Refused for whoever has Full
    Access or is no practitioner.
    """
    demand(place, PlacePermission.REVOKE_PRACTITIONERS)
    async with transaction():
        found = await find(place, patient)
        await _demand_revocable(place, member)
        made = await run(
            "INSERT INTO patient_revocation (id, patient, member, revoked_by, revoked_at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (patient, member) DO NOTHING RETURNING id",
            new_id(),
            patient,
            member,
            place.account,
            clock.now(),
        )
        if made:
            await _record(place, found, member, "revoke")


async def _demand_revocable(place: Place, member: UUID) -> None:
    rows = await run(
        "SELECT level, role_type FROM member WHERE id = $1 AND practice = $2 AND accepted_at IS NOT NULL FOR SHARE",
        member,
        place.practice.id,
    )
    if not rows:
        raise NotFound
    if rows[0]["level"] == MemberLevel.FULL:
        raise Refused("Whoever has Full Access sees every patient. Choose another practitioner", "member")
    if rows[0]["role_type"] != "Practitioner":
        raise Refused("Choose another practitioner of this practice", "member")


async def give_back(place: Place, patient: UUID, member: UUID) -> None:
    """Lets a practitioner find a patient again. Done already, it does nothing. Raises NotPermitted and NotFound."""
    demand(place, PlacePermission.REVOKE_PRACTITIONERS)
    async with transaction():
        found = await find(place, patient)
        if await run(
            "DELETE FROM patient_revocation r USING member m WHERE r.patient = $1 AND r.member = $2 AND m.id = r.member"
            " AND m.practice = $3 RETURNING r.id",
            patient,
            member,
            place.practice.id,
        ):
            await _record(place, found, member, "give-back")


async def end_all(member: UUID) -> None:
    """In the caller's transaction: a member who was given Full Access is kept from no patient any more."""
    await run("DELETE FROM patient_revocation WHERE member = $1", member)


async def _record(place: Place, patient: Found, member: UUID, verb: str) -> None:
    """Two lines, since each has one subject: which practitioner, and which patient."""
    practice = place.practice.id
    await audit.record(f"practitioner:{verb}", account=place.account, practice=practice, subject=member)
    await audit.record(
        f"patient:{verb}", account=place.account, practice=practice, portal=patient.portal, subject=patient.id
    )
