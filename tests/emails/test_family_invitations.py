"""The mail of a family invitation: one for all, what it says, and what becomes of one that never arrives."""

import re
from datetime import date, timedelta
from html import unescape

import pytest

from db.engine import counting, run
from domain import clock, invitations
from domain.dates import long_date
from domain.mail import MailKind
from domain.tokens import Purpose
from tests.cast import someone
from tests.clinic import Clinic
from tests.domain.inviting import FAMILYS_EMAIL, family, practitioner, row_of
from tests.emails.sending import outbox_rows, send_all
from tests.emails.test_kinds import SITE, read  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("database")
KIND = MailKind.FAMILY_INVITATION


@pytest.fixture
async def clinic(database):
    return await Clinic.open(None)


def names(mail):
    return re.findall(r"^- (.+?)\r?$", mail.text, re.MULTILINE)


async def test_one_mail_names_each_by_what_they_are_called(read, settings, clinic):  # noqa: F811 - the fixture
    row, _ = await family(clinic, message="Dear family,\nsee https://evil.example", preferred_name="")
    await run("UPDATE patient SET preferred_name = 'Bee http://b.example' WHERE first_name = 'Beto'")
    mail = await read(KIND, FAMILYS_EMAIL)
    assert mail.subject == "An invitation for your family"
    assert mail.token("family-invitations", settings, Purpose.FAMILY_INVITATION) == (row, 1)
    assert "Harbour Street Clinic invites you to open patient portals in Kith for these people, one each" in mail.words
    assert names(mail) == ["Ana", "Bee http b. example", "Caro"]
    assert "To the parent or guardian of Ana, Bee http b. example and Caro" in mail.words
    for said in (mail.text, mail.html):
        assert 0 < said.index("writes:") < said.index("invites you"), "the practice's words stand above the invitation"
    assert "Harbour Street Clinic writes: “Dear family, see https evil. example”" in mail.words
    assert (
        "choose Accept and type their birth date, or choose Decline. To accept, you choose a password too" in mail.words
    )
    assert f"until {long_date(clock.now() + timedelta(days=14), 'Australia/Sydney')}" in mail.words
    said = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", mail.html)))
    for words in ("Ana", "Bee http b. example", "Caro", "choose a password too", "(02 5550 1234)"):
        assert words in mail.words
        assert words in said
    for kept in ("Silva", "2021", "2018", "2015", f"{SITE}/invitations"):
        assert kept not in mail.text + mail.html


async def test_to_somebody_with_a_login(read, clinic):  # noqa: F811
    await someone("Rui Silva", portal=False)
    await family(clinic, email="rui@example.com")
    mail = await read(KIND, "rui@example.com")
    assert "open this link and log in." in mail.words
    assert "password" not in mail.words
    assert "writes:" not in mail.words


async def test_an_adult_among_them_is_spoken_to_by_name(read, clinic):  # noqa: F811
    born = {"Ana": date(2018, 5, 6), "Rania": date(1984, 5, 6)}
    await family(clinic, born)
    mail = await read(KIND, FAMILYS_EMAIL)
    assert "To Rania, also as the parent or guardian of Ana" in mail.words
    assert names(mail) == ["Ana", "Rania"]


async def test_families_of_a_batch_are_read_together(clinic, settings, outbox, office):
    for number in range(3):
        await family(clinic, email=f"family{number}@example.com")
    with counting() as asked:
        await outbox.turn(lambda: False)
    assert len([sql for sql in asked if sql.lstrip().startswith(("SELECT", "WITH asked"))]) == 2
    assert len(office.taken) == 3


async def test_who_was_taken_out_meanwhile_is_not_named(read, clinic):  # noqa: F811
    _, sent = await family(clinic)
    place = await practitioner(clinic)
    await invitations.cancel(place, sent["Ana"])
    await invitations.cancel(place, sent["Beto"])
    mail = await read(KIND, FAMILYS_EMAIL)
    assert "invites you to open a patient portal in Kith for Caro, where" in mail.words
    assert "Choose Accept and type Caro’s birth date" in mail.words
    assert names(mail) == []


async def test_nothing_goes_out_where_nobody_waits(outbox, office, clinic):
    _, sent = await family(clinic)
    place = await practitioner(clinic)
    for invitation in sent.values():
        await invitations.cancel(place, invitation)
    await send_all(outbox)
    assert office.taken == []
    assert (await outbox_rows())[FAMILYS_EMAIL]["failure"] == "no longer due"
    assert {(await row_of(one))["state"] for one in sent.values()} == {"Cancelled"}


async def told(kind="invitation-undeliverable"):
    rows = await run("SELECT subject FROM notification WHERE kind = $1", kind)
    return {row["subject"] for row in rows}


async def test_a_mailbox_that_is_none_shows_on_each_that_waits(outbox, office, clinic):
    _, sent = await family(clinic)
    await invitations.cancel(await practitioner(clinic), sent["Ana"])
    office.answers[FAMILYS_EMAIL] = ["550 5.1.1 unknown"]
    await send_all(outbox)
    rows = {name: await row_of(one) for name, one in sent.items()}
    assert {name: row["state"] for name, row in rows.items()} == {
        "Ana": "Cancelled", "Beto": "Undeliverable", "Caro": "Undeliverable",
    }  # fmt: skip
    assert rows["Caro"]["failure"] == "There is no such mailbox. Check the address with the patient"
    assert await told() == {sent["Beto"], sent["Caro"]}
    trail = await run("SELECT count(*) AS many FROM event WHERE kind = 'invitation:undeliverable'")
    assert trail[0]["many"] == 2


async def test_an_email_of_staff_elsewhere_ends_as_one_without_a_mailbox_does(outbox, office, clinic):
    other = await Clinic.open(None, "Eastside Physio")
    priya = await other.hire("Priya Nair")
    _, sent = await family(clinic, email=priya.email)
    await send_all(outbox)
    assert office.taken == []
    assert {(await row_of(one))["state"] for one in sent.values()} == {"Undeliverable"}
    assert await told() == set(sent.values())
