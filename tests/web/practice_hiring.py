"""Made-up members of the cast's practice, of every kind that the model knows."""

from datetime import timedelta
from uuid import UUID

from db.engine import run
from db.ids import new_id
from demo.people import known_id
from domain import accounts, clock, sessions
from tests.web import practice_model as model
from tests.web.practice_household import HARBOUR
from tests.web.practice_model import Member
from tests.web.practice_readers import Reader, whose
from tests.web.practice_rows import reports


async def hire(place: Member, *, notes_shared: bool = False) -> tuple[str, Reader]:
    """Somebody new at Harbour Street, within the caller's `undone`: Leo and, by an appointment, Nadia are their own
    patients, from Jun they are revoked. An administrator views Dr Okafor's information and is revoked from Owen;
    Jun is another's."""
    account, member, now = await accounts.create("Nell Archer", "nell@example.com", "-"), new_id(), clock.now()
    practice, amara = known_id("practice", HARBOUR), known_id("member", f"{HARBOUR}:amara")
    row = {
        "id": member, "practice": practice, "account": account, "name": "Nell", "email": "nell@example.com",
        "email_key": "nell@example.com", "role_type": place.role_type, "level": place.level, "owner": place.owner,
        "read_only": place.read_only, "hides_names": place.hides_names, "active": place.state == "active",
        "created_at": now, "accepted_at": now if place.state in ("active", "deactivated") else None,
        "declined_at": now if place.state == "declined" else None, "expires_at": now + timedelta(days=14),
        "viewing": amara if place.role_type == model.ADMINISTRATOR else None,
        **dict(place.limits), **{f"has_{module.lower()}": False for module in place.off},
    }  # fmt: skip
    marks = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    await run(f"INSERT INTO member ({', '.join(row)}) VALUES ({marks})", *row.values())
    if place.role_type == model.ADMINISTRATOR:
        revoked = "owen"
        await run(
            "UPDATE appointment SET practitioner = $2 WHERE patient = $1",
            known_id("patient", "jun"), known_id("member", f"{HARBOUR}:rhys"),
        )  # fmt: skip
        await run("INSERT INTO member_view VALUES ($1, $2, $3)", new_id(), member, amara)
    else:
        revoked = "jun"
        await _give_patients(member)
    await run(
        "INSERT INTO patient_revocation VALUES ($1, $2, $3, $4, $5)",
        new_id(), known_id("patient", revoked), member, known_id("account", "amara"), now,
    )  # fmt: skip
    await run("UPDATE practice SET note_sharing = $2 WHERE id = $1", practice, notes_shared)
    await reports(member)
    theirs = await whose(practice, member, place)
    token = await sessions.begin(account, "")
    return token, Reader(practice, member, account, place, theirs, notes_shared)


async def _give_patients(member: UUID) -> None:
    for short in ("leo", "jun"):
        await run("UPDATE patient SET practitioner = $2 WHERE id = $1", known_id("patient", short), member)
    await run(
        "UPDATE appointment SET practitioner = $2, status = 'Booked' WHERE id ="
        " (SELECT id FROM appointment WHERE patient = $1 ORDER BY id LIMIT 1)",
        known_id("patient", "nadia"), member,
    )  # fmt: skip
    await run("UPDATE note SET author = $2 WHERE patient = $1", known_id("patient", "leo"), member)
