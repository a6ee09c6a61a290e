"""Every route of a practice × everybody of the cast × every kind of member × own, others', revoked and another
practice's patients, against a model of its own, with a canary in every text.

ASVS 8.2.1, 8.2.2, 8.2.3, 8.3.1, 8.4.1, 15.3.1.
"""

import pytest

from tests.web import model as portal_model
from tests.web import practice_model as model
from tests.web.canaries import READERS
from tests.web.household import undone
from tests.web.practice_hiring import hire
from tests.web.practice_household import EASTSIDE, HARBOUR, PracticeHousehold
from tests.web.practice_model import ADMINISTRATOR, CLINICAL, CONTACT, FULL, PERSONAL, Member
from tests.web.practice_readers import RULES

LEVELS = (FULL, CLINICAL, CONTACT, PERSONAL)
KINDS = [
    *(Member(role_type=role, level=level) for role in ("Practitioner", ADMINISTRATOR) for level in LEVELS),
    *(Member(level=level, read_only=True) for level in (CLINICAL, PERSONAL)),
    *(Member(level=level, hides_names=True) for level in (CLINICAL, CONTACT, PERSONAL)),
    Member(role_type=ADMINISTRATOR, read_only=True),
    Member(role_type=ADMINISTRATOR, hides_names=True),
    Member(role_type=ADMINISTRATOR, level=CONTACT, read_only=True, hides_names=True),
    Member(owner=True),
    Member(role_type=ADMINISTRATOR, owner=True),
    *(Member(level=CLINICAL, off=(off,)) for off in ("Calendar", "Patients", "Invoices", "Invitations")),
    Member(role_type=ADMINISTRATOR, off=("Patients", "Invitations", "Reports")),
    *(Member(level=CLINICAL, limits=limits) for limits in (
        (("calendars", "own"), ("invoices", "none")), (("calendars", "none"), ("financial_reports", "none")),
        (("profiles", "own"),), (("profiles", "none"),))),
    Member(limits=(("invoices", "own"),)),
    Member(role_type=ADMINISTRATOR, limits=(("profiles", "own"),)),
    Member(level=CONTACT, limits=(("profiles", "none"),)),
    *(Member(level=CLINICAL, state=state) for state in ("pending", "declined", "deactivated")),
]  # fmt: skip


def right(wrong: list[str]) -> None:
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_every_route_of_a_practice_has_an_expectation(practices: PracticeHousehold) -> None:
    assert practices.routes
    for route in practices.routes:
        assert model.expected(route.method, route.path, Member(owner=True), "own"), str(route)
    known = {f"{route.method} {route.path.removeprefix('/practice/{slug}').strip('/')}" for route in practices.routes}
    assert set(model.NEEDS) <= known, "the model speaks of what is not there"
    assert set(RULES) <= set(READERS), "a rule for a text that is not planted"


@pytest.mark.parametrize("slug", [HARBOUR, EASTSIDE])
@pytest.mark.parametrize("who", [*portal_model.PEOPLE, None])
async def test_the_cast_gets_what_the_model_says(practices: PracticeHousehold, who: str | None, slug: str) -> None:
    """ASVS 8.2.1, 8.2.2: the status of every route in both practices; no word that is not theirs. Decision 17: nobody
    reads of one practice in the other, though they work in both."""
    right(await practices.walk(slug, *await practices.one_of_the_cast(who, slug), partials=True))


@pytest.mark.parametrize(
    "place", KINDS, ids=lambda place: "-".join(str(p) for p in place if p not in (False, (), "active", HARBOUR))
)
async def test_every_kind_of_member_gets_what_the_model_says(practices: PracticeHousehold, place: Member) -> None:
    """ASVS 8.2.1, 8.2.3: decision 29, level by level, limit by limit."""
    async with undone():
        right(await practices.walk(HARBOUR, *await hire(place)))


@pytest.mark.parametrize(
    "place", [Member(level=CLINICAL), Member(level=CONTACT), Member(role_type=ADMINISTRATOR)], ids=str
)
async def test_note_sharing_opens_notes_and_nothing_else(practices: PracticeHousehold, place: Member) -> None:
    """S3.6."""
    async with undone():
        right(await practices.walk(HARBOUR, *await hire(place, notes_shared=True)))


NOT_SHOWN = {"access.name", "appointment_type.name_for_others", "invitation.message", "invoice_line.description",
             "invoice_line.description_for_others"}  # fmt: skip
"""Texts that might be read but that no page shows."""


async def test_a_walk_asks_every_route_and_finds_every_word_that_may_be_read(practices: PracticeHousehold) -> None:
    """A walk that sees nothing proves nothing."""
    practices.asked.clear()
    practices.read.clear()
    practices.passed.clear()
    for who in ("amara", "rhys", "bea"):
        right(await practices.walk(HARBOUR, *await practices.one_of_the_cast(who, HARBOUR)))
    everything = {str(route) for route in practices.routes}
    assert practices.asked == everything
    assert practices.passed == everything
    assert ", ".join(sorted(set(RULES) - practices.read)) == ", ".join(sorted(NOT_SHOWN))
