"""A practice's pages ask the database a fixed number of times, whatever stands on them."""

from collections.abc import Mapping

import pytest

from db.engine import counting, run
from demo.people import known_id
from tests.web.household import undone
from tests.web.practice_household import HARBOUR, PracticeHousehold

MOST, MANY = 18, 30
"""Statements of any page, and rows of each kind that are added."""
LEO = known_id("patient", "leo")
_NEW = "gen_random_uuid()"
_MORE = (
    f"INSERT INTO note (id, practice, patient, author, words, written_at) SELECT {_NEW}, practice, patient, author,"
    " words, written_at FROM note, generate_series(1, $2) WHERE patient = $1",
    f"INSERT INTO appointment (id, practice, patient, practitioner, type, starts_at, ends_at, place, reason, status)"
    f" SELECT {_NEW}, practice, patient, practitioner, type, starts_at + n * interval '1 day',"
    " ends_at + n * interval '1 day', place, reason, 'Booked' FROM appointment, generate_series(1, $2) n"
    " WHERE patient = $1",
    f"INSERT INTO invitation (id, practice, patient, email, email_key, state, sent_by, created_at, sent_at, expires_at)"
    f" SELECT {_NEW}, practice, patient, email, email_key, 'Cancelled', sent_by, created_at, sent_at, expires_at"
    " FROM invitation, generate_series(1, $2) WHERE patient = $1",
    f"INSERT INTO notification (id, practice, kind, patient, subject, created_at)"
    f" SELECT {_NEW}, practice, kind, patient, {_NEW}, created_at FROM notification, generate_series(1, $2)"
    " WHERE patient = $1",
    f"INSERT INTO member (id, practice, name, email, email_key, role_type, level, active, asked_by, created_at,"
    f" expires_at) SELECT {_NEW}, practice, name, n || email, n || email_key, role_type, level, active, asked_by,"
    " created_at, expires_at FROM member, generate_series(1, $2) n WHERE accepted_at IS NULL AND $1::uuid IS NOT NULL",
    f"INSERT INTO communication_template (id, practice, name, body, created_at) SELECT {_NEW}, practice, name || n,"
    " body, created_at FROM communication_template, generate_series(1, $2) n WHERE $1::uuid IS NOT NULL",
    f"INSERT INTO patient_update (id, practice, patient, portal, account, state, changed_at) SELECT {_NEW}, practice,"
    " patient, portal, account, 'Decided', changed_at FROM patient_update, generate_series(1, $2) WHERE patient = $1",
    f"INSERT INTO patient_update_field (id, patient_update, field, before, after, account, changed_at, state) SELECT"
    f" {_NEW}, u.id, 'phone', '1', '2', u.account, u.changed_at, 'Approved' FROM patient_update u WHERE u.patient = $1"
    " AND $2::int > 0 AND NOT EXISTS (SELECT FROM patient_update_field f WHERE f.patient_update = u.id)",
    f"INSERT INTO report (id, practice, account, type, name, filters, shared, created_at, changed_at) SELECT {_NEW},"
    " practice, account, type, CASE name WHEN '' THEN '' ELSE name || n END, filters, shared, created_at, changed_at"
    " FROM report, generate_series(1, $2) n WHERE $1::uuid IS NOT NULL",
    f"INSERT INTO report_run (id, report, member, report_version, reads, many, ran_at) SELECT {_NEW}, r.id, m.id,"
    " r.version, '', 1, r.changed_at FROM report r JOIN member m USING (practice, account) WHERE $1::uuid IS NOT NULL"
    " AND $2::int > 0 ON CONFLICT DO NOTHING",
    f"INSERT INTO bulk_invitation (id, practice, account, report, message, created_at, held_until) SELECT {_NEW},"
    " practice, account, report, message, created_at, held_until FROM bulk_invitation, generate_series(1, $2)"
    " WHERE $1::uuid IS NOT NULL",
    f"INSERT INTO bulk_invitation_patient (id, bulk_invitation, patient, outcome, email) SELECT {_NEW}, b.id, p.id,"
    " 'Failed', 'x' FROM bulk_invitation b JOIN LATERAL (SELECT id FROM patient p WHERE p.practice = b.practice"
    " ORDER BY id LIMIT $2) p ON $1::uuid IS NOT NULL ON CONFLICT DO NOTHING",
    f"INSERT INTO tag (id, practice, name, name_key) SELECT {_NEW}, practice, 'T' || n, 't' || n FROM patient,"
    " generate_series(1, $2) n WHERE id = $1",
    f"INSERT INTO patient_tag (id, patient, tag) SELECT {_NEW}, p.id, t.id FROM patient p JOIN tag t USING (practice)"
    " WHERE p.id = $1 AND t.name LIKE 'T%' AND $2::int > 0 ON CONFLICT DO NOTHING",
)


@pytest.mark.parametrize("who", ["amara", "tom"])
async def test_as_often_for_many_rows_as_for_few(practices: PracticeHousehold, who: str) -> None:
    """Every page and pop-up of a practice, as its owner and as one without names."""
    async with undone():
        ids = await practices.ids(HARBOUR, LEO) | await practices.mine(HARBOUR, known_id("account", who))
        first = await _asked(practices, who, ids)
        for query in _MORE:
            await run(query, LEO, MANY)
        second = await _asked(practices, who, ids)
    assert {route: count for route, (count, _) in first.items()} == {r: count for r, (count, _) in second.items()}
    assert max(count for count, _ in second.values()) <= MOST, second
    grown = {route for route, (_, length) in second.items() if length > first[route][1] + 1000}
    assert "GET /practice/{slug}/patients/{patient}" in grown, "nothing more was shown"


async def _asked(practices: PracticeHousehold, who: str, ids: Mapping[str, object]) -> dict[str, tuple[int, int]]:
    """By route: how many statements, and how long the answer."""
    found = {}
    for route in practices.routes:
        if route.method == "GET":
            with counting() as statements:
                answer = await practices.ask(route, ids, practices.household.tokens[who])
            found[str(route)] = len(statements), len(answer.body)
    return found
