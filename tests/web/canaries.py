"""A word of its own in every text that a person wrote or is known by, and who may read which: decisions 4, 9, 10."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from db import keys
from db.engine import run
from db.keys import KEYS, patient_keys
from tests.web.model import Standing, holds

WORD = re.compile(r"zqk\d{5}kqz", re.IGNORECASE)
TYPED = "\"'><i>&"
"""Stands after each word, so that a page which does not escape it shows an <i> that nobody wrote."""
CARD = re.compile(r"598\d{7}")
"""A Medicare number, once the spaces are taken out."""

READERS: dict[str, str] = {
    "portal.name": "open",
    "portal.preferred_name": "open",
    **dict.fromkeys(
        (f"portal.{name}" for name in (
            "gender", "phone", "email", "address", "city", "postcode", "emergency_name", "emergency_phone")),
        "clinical",
    ),
    "funding.medicare_number": "control",
    "funding.medicare_reference": "clinical",
    "funding.medicare_expiry": "clinical",
    "funding.health_fund": "clinical",
    "funding.fund_number": "control",
    **dict.fromkeys((f"record_entry.{name}" for name in ("name", "detail", "value", "unit")), "clinical"),
    "record_entry.source_id": "nobody",
    "note.words": "as it says",
    "patient_update_field.after": "clinical",
    "patient_update_field.reason": "clinical",
    "appointment.place": "open",
    "appointment.reason": "clinical",
    "appointment_type.name": "clinical",
    "appointment_type.name_for_others": "open",
    "invoice_line.description": "clinical",
    "invoice_line.description_for_others": "open",
    **dict.fromkeys((f"practice.{name}" for name in ("name", "phone", "email", "address")), "open"),
    **dict.fromkeys(
        (f"patient.{name}" for name in (
            "first_name", "last_name", "preferred_name", "gender", "phone", "email", "address", "city", "postcode",
            "emergency_name", "emergency_phone")),
        "nobody",
    ),
    **dict.fromkeys(("invitation.email", "invitation.message"), "nobody"),
    **dict.fromkeys(("communication_template.name", "communication_template.body"), "nobody"),
    **dict.fromkeys(("member.name", "member.email", "patient_upload.file_name"), "nobody"),
    **dict.fromkeys(("tag.name", "report.name", "report.filters"), "nobody"),
    **dict.fromkeys(("bulk_invitation.message", "bulk_invitation_patient.email"), "nobody"),
    **dict.fromkeys(("family_invitation.email", "family_invitation.message"), "nobody"),
    "patient_update_field.before": "nobody",
    "access.name": "control",
    "access.email": "control",
    "access.relationship": "control",
    "account.name": "as it says",
    "account.email": "control",
}  # fmt: skip
"""Who may read a text in a portal, besides those whose own it is: `as it says` is decided by the row. What a practice's
members read of it stands in practice_readers.py."""

NOT_WORDS = {
    "deployment.env", "account.email_key", "account.password_hash", "session.device", "attempt.key", "sign_up.email",
    "sign_up.email_key", "sign_up.name", "access.email_key", "access.level", "access.role", "access.status",
    "access.reason", "access.basis", "access_consent.level", "access_consent.role", "practice.slug",
    "practice.timezone", "member.role_type", "member.level", "patient.source", "patient.source_id",
    "appointment.status", "record_entry.kind", "mail.kind", "mail.recipient", "mail.key", "mail.failure", "event.kind",
    "event.address", "practice.updates", "member.email_key", "member.calendars", "member.invoices", "member.profiles",
    "member.financial_reports", "patient.code", "patient.last_key", "patient.first_key", "patient.preferred_key",
    "patient.email_key", "patient.phone_key", "invitation.email_key", "invitation.failure",
    "invitation.state", "guardian_confirmation.state",
    "patient_update.state", "patient_update_field.field", "patient_update_field.state", "patient_upload.state",
    "patient_upload.faults", "notification.kind", "patient.city_key", "tag.name_key", "report.type",
    "report_run.reads", "report_run.picture", "bulk_invitation_patient.outcome", "bulk_invitation_patient.reason",
    "family_invitation.email_key",
}  # fmt: skip
"""Texts that are one of a few words of ours, or that no page reads."""

_LINKED = "SELECT {row}.id AS key, p.portal, NULL::uuid AS own, '' AS need FROM {row} JOIN patient p ON {on}"
WHOSE = {
    "portal": "SELECT id AS key, id AS portal, NULL::uuid AS own, '' AS need FROM portal",
    "funding": "SELECT portal AS key, portal, NULL::uuid AS own, '' AS need FROM funding",
    "record_entry": "SELECT e.id AS key, coalesce(e.portal, p.portal) AS portal, NULL::uuid AS own, '' AS need"
    " FROM record_entry e LEFT JOIN patient p ON p.id = e.patient",
    "appointment": _LINKED.format(row="appointment", on="p.id = appointment.patient"),
    "appointment_type": "SELECT DISTINCT a.type AS key, p.portal, NULL::uuid AS own, '' AS need"
    " FROM appointment a JOIN patient p ON p.id = a.patient",
    "invoice_line": "SELECT l.id AS key, p.portal, NULL::uuid AS own, '' AS need"
    " FROM invoice_line l JOIN invoice i ON i.id = l.invoice JOIN patient p ON p.id = i.patient",
    # Its members read its name in the menu of every page.
    "practice": _LINKED.format(row="practice", on="p.practice = practice.id") + " UNION"
    " SELECT practice, NULL, account, '' FROM member WHERE active",
    "note": "SELECT n.id AS key, p.portal, NULL::uuid AS own, CASE WHEN n.shared THEN 'clinical' ELSE 'nobody' END"
    " AS need FROM note n JOIN patient p ON p.id = n.patient",
    "patient_update_field": "SELECT f.id AS key, u.portal, NULL::uuid AS own, '' AS need FROM patient_update_field f"
    " JOIN patient_update u ON u.id = f.patient_update",
    "invitation": _LINKED.format(row="invitation", on="p.id = invitation.patient"),
    **{
        table: f"SELECT id AS key, NULL::uuid AS portal, NULL::uuid AS own, '' AS need FROM {table}"
        for table in (
            "communication_template",
            "member",
            "patient_upload",
            "tag",
            "bulk_invitation",
            "bulk_invitation_patient",
            "family_invitation",
        )
    },
    # One that is not saved has no name, and asks nothing here: in it everybody is found.
    "report": "SELECT id AS key, NULL::uuid AS portal, NULL::uuid AS own, '' AS need FROM report WHERE name <> ''",
    "patient": "SELECT id AS key, portal, NULL::uuid AS own, '' AS need FROM patient",
    "access": "SELECT id AS key, portal, account AS own, '' AS need FROM access",
    # Names of people: their own portal's and their patients' portals show them; that somebody else has access to a
    # portal is for its controllers.
    "account": "SELECT id AS key, NULL::uuid AS portal, id AS own, '' AS need FROM account UNION"
    " SELECT owner, id, owner, 'open' FROM portal WHERE owner IS NOT NULL UNION"
    " SELECT account, portal, account, 'control' FROM access WHERE account IS NOT NULL UNION"
    " SELECT m.account, p.portal, m.account, 'open' FROM appointment a JOIN member m ON m.id = a.practitioner"
    " JOIN patient p ON p.id = a.patient UNION"
    " SELECT m.account, p.portal, m.account, 'clinical' FROM note n JOIN member m ON m.id = n.author"
    " JOIN patient p ON p.id = n.patient WHERE n.shared",
}


@dataclass(frozen=True)
class Canary:
    """One planted word: where it stands, in which portals it is whose business, and whose own it is."""

    field: str
    row: UUID
    portals: frozenset[tuple[UUID, str]]
    own: frozenset[UUID]

    def may_be_read_by(self, account: UUID | None, standings: Mapping[UUID, Standing]) -> bool:
        """Whether an account that stands so in each portal may read it."""
        if account in self.own:
            return True
        return any(_opens(standings.get(portal, Standing())) and self._holds(need, standings[portal])
                   for portal, need in self.portals)  # fmt: skip

    def is_out_of_place(self, portal: UUID | None) -> bool:
        """Whether it is a word of another portal than the page's: only the names in the menu are on every page."""
        return bool(portal) and READERS[self.field] == "clinical" and portal not in {p for p, _ in self.portals}

    def _holds(self, said: str, who: Standing) -> bool:
        rule = READERS[self.field]
        need = said if rule == "as it says" else rule
        return need != "nobody" and holds(need, who)


def _opens(who: Standing) -> bool:
    return who.state in ("owner", "guardian", "Current")


async def text_columns() -> set[str]:
    """Every column of the database that holds text, as table.column."""
    rows = await run(
        "SELECT table_name || '.' || column_name AS name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name <> 'migration' AND data_type IN ('text', 'character varying')"
    )
    return {row["name"] for row in rows}


async def plant() -> dict[str, Canary]:
    """Writes a word into every such text of every row, and gives what each word is. Digits for numbers of cards."""
    planted: dict[str, Canary] = {}
    for table, query in WHOSE.items():
        whose: dict[Any, list[dict[str, Any]]] = {}
        for row in await run(query):
            whose.setdefault(row["key"], []).append(row)
        for column in [field.split(".")[1] for field in READERS if field.startswith(f"{table}.")]:
            await _write(table, column, whose, planted)
    await run("UPDATE account SET email_key = email")
    await run("UPDATE access SET email_key = email")
    await run("UPDATE member SET email_key = email")
    await run("UPDATE invitation SET email_key = email")
    await run("UPDATE family_invitation SET email_key = email")
    for row in await run("SELECT id, name FROM tag"):
        await run("UPDATE tag SET name_key = $2 WHERE id = $1", row["id"], keys.key(row["name"]))
    for row in await run("SELECT id, first_name, last_name, preferred_name, email, phone, city FROM patient"):
        await run(
            "UPDATE patient SET last_key = $2, first_key = $3, preferred_key = $4, email_key = $5, phone_key = $6,"
            " city_key = $7 WHERE id = $1",
            row["id"],
            *(patient_keys(row)[name] for name in KEYS),
        )
    return planted


async def _write(table: str, column: str, whose: dict[Any, list[dict[str, Any]]], planted: dict[str, Canary]) -> None:
    words = []
    for key, rows in whose.items():
        number = len(planted) + 1
        word = f"598{number:07d}" if column == "medicare_number" else f"zqk{number:05d}kqz"
        portals = frozenset((row["portal"], row["need"]) for row in rows if row["portal"])
        own = frozenset(row["own"] for row in rows if row["own"])
        planted[word] = Canary(f"{table}.{column}", key, portals, own)
        written = {
            "email": f"{word}@example.com", "medicare_number": word, "filters": json.dumps({"city": word + TYPED}),
        }  # fmt: skip
        words.append(written.get(column, word + TYPED))
    name = "portal" if table == "funding" else "id"
    await run(
        f"UPDATE {table} SET {column} = v.word FROM unnest($1::uuid[], $2::text[]) v (key, word)"
        f" WHERE {table}.{name} = v.key AND {table}.{column} IS NOT NULL",
        list(whose),
        words,
    )


def found(text: str, planted: Mapping[str, Canary]) -> Iterator[tuple[str, Canary]]:
    """The planted words that a text contains, numbers however they are spaced."""
    for word in {match.lower() for match in WORD.findall(text)}:
        yield word, planted[word]
    for word in set(CARD.findall(re.sub(r"\s", "", text))) & planted.keys():
        yield word, planted[word]
