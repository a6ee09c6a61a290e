"""What controllers decide in Edit access, and what is refused. Every move of a status is in test_status_moves.py."""

import asyncio
from dataclasses import replace
from itertools import product

import pytest

from db.tables.access import Level, Role, Status
from domain import access, guardians
from domain.access import Decision
from domain.errors import Changed, NotFound, Refused
from tests.cast import mails, someone
from tests.clinic import set_clock
from tests.domain.sharing import (
    an_offer,
    ask,
    decide,
    force,
    give,
    leo_of,
    let_in_leo,
    listed,
    row_of,
    shortly_before,
    trail,
    trail_end,
    two_guardians,
)


async def test_nobody_sets_a_status_to_pending(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    row = await give(mina, kim)
    with pytest.raises(Refused) as refused:
        await decide(mina, row, Status.PENDING)
    assert refused.value.field == "status"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("left", "They ended this themselves. They can ask again"),
        ("withdrawn", "They ended this themselves. They can ask again"),
        ("deceased", "This access has ended for good. It cannot be given again"),
    ],
)
async def test_a_move_that_is_refused_says_so(database, reason, words):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    row = await force(await give(mina, kim), Status.DISABLED, reason)
    with pytest.raises(Refused) as refused:
        await decide(mina, row, Status.CURRENT)
    assert (refused.value.words, refused.value.field) == (words, "status")


async def test_a_guardian_is_told_who_may_end_the_age_limit(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    row = await force(await let_in_leo(mina, await leo_of(mina), kim), Status.DISABLED, "age limit")
    with pytest.raises(Refused) as refused:
        await decide(mina, row, Status.CURRENT)
    assert "Only the young person" in refused.value.words


async def test_a_refusal_in_a_portal_without_a_login_tells_the_way_there_is(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    row = await force(await let_in_leo(mina, await leo_of(mina), kim), Status.DISABLED, "left")
    with pytest.raises(Refused) as refused:
        await decide(mina, row, Status.CURRENT)
    assert refused.value.words == "They ended this themselves. Choose Give access to offer it again"


@pytest.mark.parametrize(("level", "role"), list(product(Level, Role)))
async def test_the_owner_gives_more_or_less_than_was_asked(database, level, role):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email, Level.ADMINISTRATIVE, Role.EDIT)
    await decide(mina, await row_of(kim), Status.CURRENT, level, role)
    visit = await kim.visit(mina.portal)
    assert (visit.level, visit.role, visit.controls) == (level, role, False)


async def test_only_a_grant_is_mailed_to_who_asked(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    row = await row_of(kim)
    await decide(mina, row, Status.DISABLED)
    assert [mail for mail in await mails() if mail["recipient"] == kim.email] == []
    for status in (Status.CURRENT, Status.DISABLED, Status.CURRENT):
        await decide(mina, row, status)
    assert [mail["kind"] for mail in await mails() if mail["recipient"] == kim.email] == ["access-decision"] * 2


WIDENING = [
    (before, after, before != after and (after[0] > before[0] or after[1] > before[1]))
    for before, after in product([(0, 0), (0, 1), (1, 0), (1, 1)], repeat=2)
]
LEVELS, ROLES = (Level.ADMINISTRATIVE, Level.CLINICAL), (Role.VIEW, Role.EDIT)


@pytest.mark.parametrize(("before", "after", "widens"), WIDENING)
async def test_the_owner_is_told_of_every_widening_and_of_nothing_else(database, before, after, widens):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    row = await give(mina, kim, LEVELS[before[0]], ROLES[before[1]])
    assert [mail["recipient"] for mail in await mails("access-widened")] == [mina.email]
    await decide(mina, row, Status.CURRENT, LEVELS[after[0]], ROLES[after[1]])
    assert len(await mails("access-widened")) == 1 + widens
    visit = await kim.visit(mina.portal)
    assert (visit.level, visit.role) == (LEVELS[after[0]], ROLES[after[1]])
    assert len(await mails("access-decision")) == 1


async def test_a_form_older_than_the_row_is_shown_the_new_one_first(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    row = await give(mina, kim)
    visit = await mina.visit()
    old = Decision(Status.CURRENT, Level.CLINICAL, Role.EDIT, row["version"] - 1)
    with pytest.raises(Changed):
        await access.decide(visit, row["id"], old)
    assert (await kim.visit(mina.portal)).role is Role.VIEW


async def test_looking_and_submitting_what_is_there_changes_nothing(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    row = await give(mina, kim)
    lines = await trail_end()
    person = await decide(mina, row, Status.CURRENT)
    assert person.version == row["version"]
    assert await trail(lines) == []


async def test_nobody_decides_about_a_row_of_another_portal(database):
    mina, zed, kim = await someone("Mina Park"), await someone("Zed Novak"), await someone("Kim Sato")
    row = await give(mina, kim)
    with pytest.raises(NotFound):
        await decide(zed, {**row, "portal": zed.portal}, Status.DISABLED)
    assert (await kim.visit(mina.portal)).access == row["id"]


async def test_an_older_row_of_the_same_person_is_closed(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    old = await give(mina, kim)
    await decide(mina, old, Status.DISABLED)
    await ask(kim, mina.email)
    with pytest.raises(NotFound):
        await decide(mina, old, Status.CURRENT)
    assert [person.status for person in await listed(mina)] == [Status.PENDING]


async def test_a_grant_lifts_a_refusal_for_good_and_looking_does_not(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    row = await row_of(kim)
    assert (await decide(mina, row, Status.DISABLED, for_good=True)).refused_for_good
    assert (await decide(mina, row, Status.DISABLED, for_good=True)).refused_for_good
    assert not (await decide(mina, row, Status.CURRENT)).refused_for_good


async def test_a_refusal_for_good_is_lifted_when_it_is_unticked_and_nothing_else_changes(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    row = await row_of(kim)
    before = await decide(mina, row, Status.DISABLED, for_good=True)
    after = await decide(mina, row, Status.DISABLED)
    assert after == replace(before, refused_for_good=False, version=before.version + 1)
    assert [line["kind"] for line in await trail()][-1] == "access:let-ask-again"


async def test_a_request_lapses_after_exactly_fourteen_days_before_anybody_sweeps(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    row = await row_of(kim)
    assert (row["expires_at"] - row["asked_at"]).total_seconds() == 14 * 24 * 3600
    shortly_before(row["expires_at"])
    assert [(p.status, p.reason) for p in await listed(mina)] == [(Status.PENDING, None)]
    set_clock(row["expires_at"])
    assert [(p.status, p.reason) for p in await listed(mina)] == [(Status.DISABLED, "expired")]
    await access.sweep()
    assert [(p.status, p.reason) for p in await listed(mina)] == [(Status.DISABLED, "expired")]


async def test_the_sweep_takes_only_what_has_lapsed(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    row = await row_of(kim)
    shortly_before(row["expires_at"])
    await access.sweep()
    assert await row_of(kim) == row


async def test_of_fifty_who_decide_at_once_one_wins_each_version(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    row, visit = await row_of(kim), await mina.visit()
    outcomes = list(product(Level, Role))
    for version, status in enumerate((Status.CURRENT, Status.DISABLED, Status.CURRENT), start=1):
        forms = [Decision(status, *outcomes[n % 4], version) for n in range(50)]
        results = await asyncio.gather(
            *(access.decide(visit, row["id"], form) for form in forms), return_exceptions=True
        )
        [won] = [n for n, result in enumerate(results) if not isinstance(result, BaseException)]
        assert {type(result) for n, result in enumerate(results) if n != won} == {Changed}
        stands = await row_of(kim)
        assert (stands["status"], stands["version"]) == (status, version + 1)
        if status is Status.CURRENT:
            assert (stands["level"], stands["role"]) == (forms[won].level, forms[won].role)
    decided = [line["kind"] for line in await trail() if line["subject"] == row["id"]]
    assert decided == ["access:ask", "access:grant", "access:revoke", "access:grant"]


async def test_granted_and_denied_at_once_is_one_of_them(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    row, visit = await row_of(kim), await mina.visit()
    forms = [Decision(list(Status)[1 + n % 2], Level.CLINICAL, Role.VIEW, 1) for n in range(50)]
    results = await asyncio.gather(*(access.decide(visit, row["id"], form) for form in forms), return_exceptions=True)
    [won] = [form for form, result in zip(forms, results, strict=True) if not isinstance(result, Changed)]
    assert ((await row_of(kim))["status"], len(await mails("access-decision"))) == (
        won.status,
        int(won.status is Status.CURRENT),
    )


async def test_an_offer_that_waits_is_taken_back_or_changed_before_it_is_accepted(database):
    mina, leo_link = await someone("Mina Park"), "kim@example.com"
    leo = await leo_of(mina)
    await guardians.offer(await mina.visit(leo), an_offer(leo_link))
    row = await row_of(leo_link)
    await decide(mina, row, Status.CURRENT, Level.CLINICAL, Role.EDIT)
    changed = await row_of(leo_link)
    assert (changed["status"], changed["level"], changed["role"]) == ("Pending", "Clinical", "Edit")
    assert len(await mails("access-offer")) == 1
    await decide(mina, row, Status.DISABLED)
    assert ((await row_of(leo_link))["status"], (await row_of(leo_link))["reason"]) == ("Disabled", "withdrawn")
    with pytest.raises(Refused) as refused:
        await decide(mina, row, Status.CURRENT)
    assert refused.value.words == "This offer was taken back. Choose Give access to offer it again"


async def test_an_offer_that_ran_out_is_given_anew(database):
    mina = await someone("Mina Park")
    leo = await leo_of(mina)
    await guardians.offer(await mina.visit(leo), an_offer("kim@example.com"))
    row = await row_of("kim@example.com")
    set_clock(row["expires_at"])
    with pytest.raises(Refused) as refused:
        await decide(mina, row, Status.CURRENT)
    assert refused.value.words == "This offer ran out. Choose Give access to offer it again"
    assert await guardians.offer(await mina.visit(leo), an_offer("kim@example.com"))
    [first, _] = await listed(mina, leo)
    assert (first.status, first.email) == (Status.PENDING, "kim@example.com")


async def test_a_guardians_own_row_and_another_guardians_are_not_theirs_to_change(database):
    mina, theo, leo = await two_guardians()
    theirs = "They are a guardian too. Neither of you can change the other's access"
    own = "This is your own access. Choose Leave if you no longer want it"
    for controller, whose, words in ((mina, theo, theirs), (theo, mina, theirs), (mina, mina, own)):
        row = await row_of(whose, leo)
        for status in (Status.DISABLED, Status.CURRENT):
            with pytest.raises(Refused, match=words):
                await decide(controller, row, status, Level.ADMINISTRATIVE, Role.VIEW)
        assert await row_of(whose, leo) == row
