"""What level and role are said to mean is what they allow today."""

import pytest

from db.tables.access import Level, Role
from domain.permissions import Permission, may
from domain.words import level_words, possessive, role_words
from tests.cast import someone
from tests.domain.sharing import give

SAID = {"cancels": Permission.CANCEL_APPOINTMENTS, "adds to records": Permission.ADD_RECORDS}


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("role", Role)
async def test_a_role_is_said_to_do_what_it_may_do(database, level, role):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await give(mina, kim, level, role)
    visit = await kim.visit(mina.portal)
    for words, permission in SAID.items():
        assert (words in role_words(level, role)) is may(visit, permission)
    assert ("changes details" in role_words(level, role)) is may(visit, Permission.CHANGE_DETAILS)


def test_a_level_says_whether_there_are_clinical_records():
    assert level_words("Clinical") == "All appointments, invoices and clinical records."
    assert level_words("Administrative") == "All appointments and invoices only, no clinical records."


def test_where_the_level_is_yet_to_be_chosen_the_role_says_what_it_adds_to_either():
    assert role_words(None, "View") == "Sees, and changes nothing."
    assert role_words(None, "Edit") == "Also cancels appointments and, with Clinical, changes records and details."


@pytest.mark.parametrize(("name", "whose"), [("Leo Park", "Leo Park’s"), ("James", "James’"), ("LOS", "LOS’")])
def test_whose(name, whose):
    assert possessive(name) == whose
