"""Which member of a practice may read which of the planted words: decisions 17, 18, 29; rows S3.6, S5.6, B14."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from db.engine import run
from tests.web.canaries import Canary
from tests.web.model import Standing
from tests.web.practice_model import Member

# What one must have, and of whose patient one must read which area, as in the model's NEEDS; `author` for one's own.
RULES: dict[str, str] = {
    **dict.fromkeys(("practice.name", "practice.phone", "practice.email", "practice.address"), ""),
    **dict.fromkeys(("member.name", "member.email"), ""),
    "account.name": "as it says",
    "account.email": "as it says",
    "portal.name": "names / profiles",
    "access.name": "names / profiles",
    "access.relationship": "names / profiles",
    **dict.fromkeys(
        (f"patient.{name}" for name in ("first_name", "last_name", "preferred_name", "phone", "email")),
        "names / contact",
    ),
    **dict.fromkeys(
        (f"patient.{name}" for name in (
            "gender", "address", "city", "postcode", "emergency_name", "emergency_phone")),
        "names / profiles",
    ),
    **dict.fromkeys(("appointment.place", "appointment_type.name"), "Calendar / calendars"),
    "appointment_type.name_for_others": "Calendar / calendars",
    "appointment.reason": "names Calendar / calendars",
    "invoice_line.description": "names Invoices / invoices",
    "invoice_line.description_for_others": "names Invoices / invoices",
    "note.words": "practitioner names Patients / notes",
    "invitation.email": "names Invitations / profiles",
    "invitation.message": "names Invitations / profiles",
    "communication_template.name": "",
    "communication_template.body": "",
    **dict.fromkeys(
        (f"patient_update_field.{name}" for name in ("before", "after", "reason")), "names Patients / profiles"
    ),
    "patient_upload.file_name": "names Patients wide changes",
    "tag.name": "names / profiles",
    "report.name": "Reports",
    "report.filters": "names Reports",
    "bulk_invitation.message": "as it says",
    "bulk_invitation_patient.email": "as it says",
}  # fmt: skip
"""What stands in no rule is read by nobody in a practice: the portals' own words above all."""

_SENT = (
    "SELECT {0}, b.practice, {1}, CASE w.who WHEN 'sender' THEN m.id END, CASE w.who WHEN 'sender' THEN"
    " 'names Invitations{2}' ELSE 'names Invitations everybody{2}' END FROM bulk_invitation b JOIN member m"
    " ON m.account = b.account AND m.practice = b.practice CROSS JOIN (VALUES ('sender'), ('reader')) w (who){3}"
)
FACTS = {
    "practice": "SELECT id, id, NULL::uuid, NULL::uuid, '' FROM practice",
    "member": "SELECT id, practice, NULL::uuid, NULL::uuid, '' FROM member",
    "patient": "SELECT id, practice, id, NULL::uuid, '' FROM patient",
    "appointment": "SELECT id, practice, patient, NULL::uuid, '' FROM appointment",
    "appointment_type": "SELECT type, practice, patient, NULL::uuid, '' FROM appointment",
    "invoice_line": "SELECT l.id, i.practice, i.patient, NULL::uuid, '' FROM invoice_line l"
    " JOIN invoice i ON i.id = l.invoice",
    "note": "SELECT id, practice, patient, author, '' FROM note",
    "invitation": "SELECT id, practice, patient, NULL::uuid, '' FROM invitation",
    "communication_template": "SELECT id, practice, NULL::uuid, NULL::uuid, '' FROM communication_template",
    "patient_update_field": "SELECT f.id, u.practice, u.patient, NULL::uuid, '' FROM patient_update_field f"
    " JOIN patient_update u ON u.id = f.patient_update",
    "patient_upload": "SELECT u.id, u.practice, NULL::uuid, m.id, '' FROM patient_upload u"
    " JOIN member m ON m.account = u.account AND m.practice = u.practice",
    "tag": "SELECT g.tag, p.practice, p.id, NULL::uuid, '' FROM patient_tag g JOIN patient p ON p.id = g.patient",
    "report": "SELECT r.id, r.practice, NULL::uuid, CASE WHEN NOT r.shared THEN m.id END, '' FROM report r"
    " JOIN member m ON m.account = r.account AND m.practice = r.practice",
    # Theirs who sent it, and theirs who read everybody.
    "bulk_invitation": _SENT.format("b.id", "NULL::uuid", "", ""),
    "bulk_invitation_patient": _SENT.format(
        "o.id", "o.patient", " / profiles", " JOIN bulk_invitation_patient o ON o.bulk_invitation = b.id"
    ),
    # Whose portal a patient is linked to, and which login linked it, so that the practice sees when it is another's.
    "portal": "SELECT portal, practice, id, NULL::uuid, '' FROM patient WHERE portal IS NOT NULL",
    # The guardians of a portal, for the practice to confirm (decision 5).
    "access": "SELECT a.id, p.practice, p.id, NULL::uuid, '' FROM access a JOIN patient p ON p.portal = a.portal"
    " WHERE a.basis IS NOT NULL",
    # Colleagues, those who left too (decision 20); guardians; whoever changed a patient's details (decision 12).
    "account": "SELECT account, practice, NULL::uuid, NULL::uuid, '' FROM member WHERE account IS NOT NULL UNION"
    " SELECT a.account, p.practice, p.id, NULL::uuid, 'names / profiles' FROM access a"
    " JOIN patient p ON p.portal = a.portal WHERE a.basis IS NOT NULL AND a.account IS NOT NULL UNION"
    " SELECT i.accepted_by, i.practice, i.patient, NULL, 'names / profiles' FROM invitation i"
    " WHERE i.accepted_by IS NOT NULL UNION"
    " SELECT f.account, u.practice, u.patient, NULL, 'names Patients / profiles' FROM patient_update_field f"
    " JOIN patient_update u ON u.id = f.patient_update",
}


class Fact(NamedTuple):
    """What a row of the database has to do with a practice."""

    practice: UUID
    patient: UUID | None
    author: UUID | None
    rule: str


@dataclass(frozen=True)
class Reader:
    """A member as the oracle sees them: their place in the model, and whose patients are what to them."""

    practice: UUID
    member: UUID
    account: UUID
    place: Member
    whose: Mapping[UUID, str]
    """Each patient of their practice: own, other or revoked."""
    notes_shared: bool = False

    def may_read(self, canary: Canary, facts: Mapping[tuple[str, UUID], list[Fact]]) -> bool:
        """Whether a word may stand in what this member is answered."""
        if self.account in canary.own:
            return True
        table = canary.field.partition(".")[0]
        return canary.field in RULES and self.place.state == "active" and any(
            self._holds(canary.field, fact) for fact in facts.get((table, canary.row), ())
        )  # fmt: skip

    def _holds(self, field: str, fact: Fact) -> bool:
        rule = fact.rule if RULES[field] == "as it says" else RULES[field]
        words, _, area = rule.partition("/")
        if fact.practice != self.practice or not all(self.place.has(word) for word in words.split()):
            return False
        is_note = field == "note.words"
        if fact.author not in (None, self.member) and not (is_note and self.notes_shared):
            return False
        if is_note and fact.author == self.member:
            area = "contact"
        return not area or (fact.patient is not None and self._reads(area.strip(), fact.patient))

    def _reads(self, area: str, patient: UUID) -> bool:
        return self.place.reads(area, self.whose.get(patient, "foreign"))


IN_MENUS = {"portal.name", "portal.preferred_name", "account.name", "practice.name", "access.relationship"}


@dataclass(frozen=True)
class Stranger:
    """Somebody without a place in the practice, or nobody at all: None. In the menus they read their own names."""

    account: UUID | None
    standings: Mapping[UUID, Standing] = field(default_factory=dict)

    def may_read(self, canary: Canary, facts: Mapping[tuple[str, UUID], list[Fact]]) -> bool:
        """Whether a word may stand in what they are answered."""
        return canary.field in IN_MENUS and canary.may_be_read_by(self.account, self.standings)


async def facts(*tables: str) -> dict[tuple[str, UUID], list[Fact]]:
    """What every planted row has to do with which practices, by table and id; of some tables or all."""
    found: dict[tuple[str, UUID], list[Fact]] = {}
    for table in tables or FACTS:
        rows = await run(f"SELECT * FROM ({FACTS[table]}) fact (row, practice, patient, author, rule)")
        for row in rows:
            found.setdefault((table, row.pop("row")), []).append(Fact(**row))
    return found


async def whose(practice: UUID, member: UUID, place: Member) -> dict[UUID, str]:
    """What each patient of a practice is to a member (decision 29): an administrator's own are those of whoever they
    view."""
    patients: list[dict[str, Any]] = await run(
        "SELECT p.id, p.practitioner, array(SELECT a.practitioner FROM appointment a WHERE a.patient = p.id"
        " AND a.status = 'Booked') AS booked, array(SELECT r.member FROM patient_revocation r WHERE r.patient = p.id)"
        " AS revoked FROM patient p WHERE p.practice = $1",
        practice,
    )
    own = member
    if place.role_type == "Administrator":
        [row] = await run("SELECT viewing FROM member WHERE id = $1", member)
        own = row["viewing"]
    return {
        row["id"]: "revoked" if member in row["revoked"]
        else "own" if own in (row["practitioner"], *row["booked"]) and own not in row["revoked"] else "other"
        for row in patients
    }  # fmt: skip
