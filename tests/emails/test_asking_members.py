"""The two mails that ask somebody to work in a practice: with a link for who has no login, without for who has."""

import re
from html import unescape

import pytest

from db.engine import run
from db.tables.member import MemberLevel, RoleType
from domain import clock, tokens
from domain.members import asking, delivery, joining, listing, opening
from domain.members.asking import NewUser
from domain.members.opening import Owner
from domain.members.rights import Rights
from domain.tokens import Purpose
from tests.cast import someone
from tests.clinic import Clinic
from tests.emails.sending import send_all

SITE = "http://kith.example"
CLINICAL = Rights(RoleType.ADMINISTRATOR, MemberLevel.CLINICAL)


@pytest.fixture
async def clinic(database):
    return await Clinic.open(None)


async def asked(clinic, email):
    olive = await clinic.place(await clinic.hire("Olive Owner", owner=True))
    return olive, await asking.ask(olive, NewUser("Them", email, CLINICAL))


async def read(outbox, office):
    """The newest mail: its subject, its text in one line, its links."""
    await send_all(outbox)
    text, html = office.messages[-1].iter_parts()
    links = re.findall(r"https?://\S+", text.get_content())
    assert list(dict.fromkeys(unescape(link) for link in re.findall(r'href="([^"]+)"', html.get_content()))) == links
    return str(office.messages[-1]["Subject"]), " ".join(text.get_content().split()), links


async def test_who_has_no_login_gets_a_link(outbox, office, settings, clinic):
    _, row = await asked(clinic, "nell@example.com")
    subject, words, [link] = await read(outbox, office)
    assert subject == "You are asked to join a team in Kith"
    assert "Olive Owner (olive@example.com) asks you to work with Harbour Street Clinic in Kith." in words
    assert "You would be: Administrator Member level: Clinical Access. All patients. Notes, for practitioners" in words
    assert "To set up a login" in words
    assert link.startswith(f"{SITE}/joining/")
    assert tokens.read(Purpose.JOINING, link.rpartition("/")[2], settings.secret_keys) == (row, 1)


async def test_who_has_one_by_then_is_told_so(outbox, office, clinic):
    await asked(clinic, "kim@example.com")
    await someone("Kim Sato")
    _, words, [link] = await read(outbox, office)
    assert "To accept with the login that you have" in words
    assert "/joining/" in link


async def test_who_has_a_login_gets_no_token(outbox, office, clinic):
    kim = await someone("Kim Sato")
    await asked(clinic, kim.email)
    subject, words, links = await read(outbox, office)
    assert (subject, links) == ("You are asked to join a team", [f"{SITE}/account/notifications"])
    assert "Olive Owner (olive@example.com) asks you to work with Harbour Street Clinic" in words


async def test_a_first_owner_is_asked_by_those_who_run_it(outbox, office, database):
    await opening.open_practice("A clinic", "a-clinic", "Australia/Sydney", Owner("Nell", "nell@example.com"))
    _, words, _ = await read(outbox, office)
    assert "The people who run this Kith ask you to work with A clinic in it." in words
    assert "You would be: Practitioner, account owner" in words
    assert "()" not in words


@pytest.mark.parametrize("end", ["cancelled", "declined", "lapsed", "sent again"])
async def test_an_asking_that_is_over_is_not_mailed(outbox, office, clinic, end):
    kim = await someone("Kim Sato")
    olive, row = await asked(clinic, kim.email)
    if end == "cancelled":
        await asking.cancel(olive, row)
    elif end == "declined":
        await joining.decline(kim.session, row)
    elif end == "lapsed":
        await run("UPDATE member SET expires_at = $1", clock.now())
    else:
        await asking.resend(olive, row)
    await send_all(outbox)
    assert len(office.messages) == (2 if end == "sent again" else 0)


async def test_a_mail_that_comes_back_is_shown_to_the_owners(outbox, office, clinic):
    olive, row = await asked(clinic, "nell@example.com")
    office.answers["nell@example.com"] = ["550 5.1.1 No such user"]
    await send_all(outbox)
    assert (await listing.member(olive, row)).undelivered
    await asking.resend(olive, row)
    assert not (await listing.member(olive, row)).undelivered
    await send_all(outbox)
    assert not (await listing.member(olive, row)).undelivered


async def test_an_older_mail_says_nothing_of_the_newer(clinic):
    olive, row = await asked(clinic, "nell@example.com")
    owed_at = clock.now()
    await asking.resend(olive, row)
    await delivery.failed(row, owed_at, "550")
    assert not (await listing.member(olive, row)).undelivered
    for _ in range(2):
        await delivery.failed(row, clock.now(), "550")
    assert (await listing.member(olive, row)).undelivered
    assert len(await run("SELECT FROM event WHERE kind = 'member:undelivered'")) == 1
