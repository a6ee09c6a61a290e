"""Every form of a practice with what no browser of ours sends, in each of its fields: refused, never a failure of ours,
and nothing is written. ASVS 2.2.1, 15.3.7, 16.5.4."""

import re
from collections.abc import Mapping

import pytest

from db.engine import run
from db.ids import new_id
from demo.people import known_id
from tests.web.fingerprint import READING_WRITES, fingerprint, written
from tests.web.household import undone
from tests.web.practice_household import HARBOUR, PracticeHousehold
from tests.web.wire import Route

FIELDS = (
    "name", "email", "confirm_email", "message", "template", "first_name", "last_name", "preferred_name", "birth_date",
    "gender", "phone", "address", "city", "postcode", "emergency_name", "emergency_phone", "deceased_on",
    "practitioner", "role_type", "level", "calendars", "invoices", "profiles", "financial_reports", "views", "words",
    "shared", "state", "drawn", "version", "patient_version", "reason", "invitations", "updates", "note_sharing",
    "member", "password", "all", "back", "type", "row", "ticked", "sorted", "paged", "sort", "page", "action", "choose",
    "mark", "status", "preview", "seen_since", "not_seen_since", "next", "age_from", "age_to", "has_email", "portal",
    "tag", "tags",
)  # fmt: skip
"""What a form of a practice may ask for."""
GOOD = {
    "name": "Nell Archer", "email": "nell@example.com", "confirm_email": "nell@example.com", "message": "Come",
    "first_name": "Nell", "last_name": "Archer", "role_type": "Practitioner", "level": "Clinical Access",
    "words": "Well", "state": "Confirmed", "drawn": "Waiting", "version": "1", "patient_version": "1",
    "type": "Case Load", "status": "Inactive", "updates": "Disabled", "invitations": "yes", "note_sharing": "yes",
}  # fmt: skip
BAD = {
    "blank": " \t ", "too long": "x" * 10_001, "NUL": "a\0b", "control": "a\x1b[1mb", "list": ["a", "b"],
    "not a word of ours": "Emperor", "a header": "=?utf-8?q?=0D=0ABcc:?=", "a number": "9" * 40,
    "no id": "1' OR '1'='1", "markup": "<script>alert(1)</script>", "a term": "[Patient First Nam",
    "digits": "٣٣/٣/٢٠٢٠",
}  # fmt: skip
RIGHT = {200, 303, 400, 403, 404, 409, 413, 415, 422}


@pytest.mark.parametrize("about", BAD)
async def test_no_field_breaks_a_form(practices: PracticeHousehold, about: str) -> None:
    """All fields at once, then each that the form speaks of alone beside good ones; each time the same tables."""
    before = await fingerprint(without=READING_WRITES)
    for route in [route for route in practices.routes if route.method == "POST"]:
        ids = await practices.ids(HARBOUR, known_id("patient", "ana" if "invit" in route.path else "leo"))
        everything = dict.fromkeys(FIELDS, BAD[about])
        drawn = await _refused(practices, route, ids, everything, about, before)
        for field in set(re.findall(r'name="(\w+)"', drawn)) & set(FIELDS):
            await _refused(practices, route, ids, {**GOOD, field: BAD[about]}, f"{about} in {field}", before)


async def test_whatever_is_written_is_noticed(practices: PracticeHousehold) -> None:
    for statement in (
        "UPDATE patient SET city = city WHERE id = $1",
        "DELETE FROM note WHERE patient = $1",
        f"INSERT INTO tag (id, practice, name, name_key) SELECT '{new_id()}', practice, 'x', 'x'"
        " FROM patient WHERE id = $1",
    ):
        async with undone():
            counted = await written()
            await run(statement, known_id("patient", "leo"))
            assert await written() != counted, statement


async def _refused(
    practices: PracticeHousehold,
    route: Route,
    ids: Mapping[str, object],
    form: Mapping[str, object],
    about: str,
    before: dict[str, int],
) -> str:
    """What is drawn. What is refused has written nothing."""
    async with undone():
        counted = await written()
        answer = await practices.sent(route, ids, practices.household.tokens["amara"], form=form)
        assert answer.status in RIGHT, (str(route), about, answer.status)
        assert "<script>alert" not in answer.text, (str(route), about)
        if answer.status not in (200, 303) and await written() != counted:
            assert await fingerprint(without=READING_WRITES) == before, (str(route), about)
        if answer.status == 422:
            assert re.search(r'role="alert"[^>]*id="errors"', answer.text), (str(route), about)
        return answer.text
