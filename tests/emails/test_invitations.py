"""The mails of invitations: what they say, and what becomes of one that never arrives."""

import re
from datetime import timedelta

import pytest

from db.engine import run
from db.tables.access import Level, Role
from domain import clock, invitations
from domain.invitations import Answer, Draft
from domain.mail import MailKind
from domain.tokens import Purpose
from emails.words import lines_unlinked
from tests.cast import someone
from tests.clinic import Clinic
from tests.domain.inviting import BORN, CHILD_BORN, EMAIL, clinic_with_owen, practitioner, row_of, send
from tests.domain.sharing import give, two_guardians
from tests.emails.sending import outbox_rows, send_all
from tests.emails.test_kinds import SITE, read  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("database")
MESSAGE = "Dear Owen,\n\nsee https://evil.example or write to evil@example.com.\n<b>Bye</b>\u202e\n\n\n\nDr Amara"


async def test_an_invitation(read, settings):  # noqa: F811 - the fixture
    clinic = await clinic_with_owen(preferred_name="Owie")
    invitation = await send(clinic, await practitioner(clinic))
    await run("UPDATE invitation SET message = $1", MESSAGE)
    mail = await read(MailKind.INVITATION, EMAIL)
    assert mail.subject == "An invitation to your portal"
    assert mail.token("invitations", settings, Purpose.INVITATION) == (invitation, 1)
    assert "Harbour Street Clinic invites you to open a patient portal in Kith for Owie" in mail.words
    assert "Harbour Street Clinic writes: “Dear Owen, see https evil. example" in mail.words
    for said in (mail.text, mail.html):
        assert 0 < said.index("writes:") < said.index("invites you"), "the practice's words stand above the invitation"
    assert "<b>Bye</b>" not in mail.html
    assert "Bye" in mail.words
    for unsafe in ("https://evil", "evil@example.com", "\u202e"):
        assert unsafe not in mail.text + mail.html
    for kept in ("Tait", "1974"):
        assert kept not in mail.text + mail.html
    assert "type Owie’s birth date, and choose a password" in mail.words


async def test_an_invitation_without_a_message_to_somebody_with_a_login(read):  # noqa: F811
    clinic = await clinic_with_owen()
    await someone("Owen Tait")
    await send(clinic, await practitioner(clinic))
    mail = await read(MailKind.INVITATION, EMAIL)
    assert "writes:" not in mail.words
    assert "birth date, and log in" in mail.words


async def test_an_invitation_about_a_child_speaks_to_who_looks_after_them(read):  # noqa: F811
    clinic = await clinic_with_owen(birth_date=clock.now().date() - timedelta(days=12 * 365))
    await send(clinic, await practitioner(clinic))
    mail = await read(MailKind.INVITATION, EMAIL)
    assert mail.subject == "An invitation for a child you look after"
    assert "To the parent or guardian of Owen" in mail.words
    assert "type Owen’s birth date, and choose a password for your own login" in mail.words
    assert "your portal" not in mail.words


async def test_a_message_keeps_its_lines_and_holds_no_link():
    assert lines_unlinked("  one\r\n\r\n\r\ntwo: x.com \n") == ("one", "", "two: x. com")
    assert lines_unlinked("") == ()
    assert lines_unlinked("x" * 2000) == ("x" * 2000,)


async def test_an_older_link_is_not_sent_once_there_is_a_newer(outbox, office):
    clinic = await clinic_with_owen()
    place = await practitioner(clinic)
    invitation = await send(clinic, place)
    await invitations.resend(place, invitation, 1)
    await send_all(outbox)
    assert office.recipients == [EMAIL]
    assert sorted(str(row["failure"]) for row in await run("SELECT failure FROM mail")) == ["None", "no longer due"]
    assert (await row_of(invitation))["state"] == "Pending"


@pytest.mark.parametrize("ending", ["cancel", "accept"])
async def test_what_is_over_is_not_sent(outbox, office, ending):
    clinic = await clinic_with_owen()
    place = await practitioner(clinic)
    invitation = await send(clinic, place)
    if ending == "cancel":
        await invitations.cancel(place, invitation)
    else:
        owen = await someone("Owen Tait")
        await invitations.accept(owen.session, invitation, 1, Answer(BORN))
    await run("DELETE FROM mail WHERE kind <> 'invitation'")
    await send_all(outbox)
    assert office.taken == []
    assert (await outbox_rows())[EMAIL]["failure"] == "no longer due"
    assert (await row_of(invitation))["failure"] is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("550 5.1.1 <owen@example.com> unknown", "There is no such mailbox. Check the address with the patient"),
        ("550 no such user owen@example.com", "There is no such mailbox. Check the address with the patient"),
        ("552 5.2.2 full", "The mailbox is full. Try again later, or ask for another address"),
        ("554 5.7.1 no", "The patient’s mail server did not take the email"),
    ],
)
async def test_a_mail_that_is_refused_for_good_shows_on_the_invitation(outbox, office, answer, words):
    clinic = await clinic_with_owen()
    invitation = await send(clinic, await practitioner(clinic))
    office.answers[EMAIL] = [answer]
    await send_all(outbox)
    row = await row_of(invitation)
    assert (row["state"], row["failure"]) == ("Undeliverable", words)
    [told] = await run("SELECT kind, subject, patient FROM notification")
    assert (told["kind"], told["subject"], told["patient"]) == ("invitation-undeliverable", invitation, clinic.patient)


async def test_what_comes_again_later_is_not_undeliverable(outbox, office):
    clinic = await clinic_with_owen()
    invitation = await send(clinic, await practitioner(clinic))
    office.answers[EMAIL] = ["451 4.3.0 later"]
    await send_all(outbox)
    assert (await row_of(invitation))["state"] == "Pending"
    await run("UPDATE mail SET attempts = 99, due_at = created_at")
    await send_all(outbox)
    assert (await row_of(invitation))["failure"] == "The patient’s mail server could not be reached for two days"


async def test_an_email_of_staff_elsewhere_ends_as_one_without_a_mailbox_does(outbox, office, capsys):
    """Decision 14: not a word, mark, line of the log or number tells the two apart."""
    clinic, other = await clinic_with_owen(), await Clinic.open(None, "Eastside Physio")
    priya = await other.hire("Priya Nair")
    place = await practitioner(clinic)
    staff = await send(clinic, place, priya.email)
    gone = await invitations.send(place, await clinic.admit(None, birth_date=BORN), Draft("gone@example.com"))
    office.answers["gone@example.com"] = ["550 5.1.1 no such mailbox"]
    await send_all(outbox)
    assert office.taken == []
    assert await alike("invitation", staff) == await alike("invitation", gone)
    assert await alike("mail", staff, "subject") == await alike("mail", gone, "subject")
    lines = [re.sub(r'"(mail|at)": "[^"]+"', "", line) for line in capsys.readouterr().err.splitlines()]
    failed = [line for line in lines if "mail failed" in line]
    assert len(failed) == 2
    assert len(set(failed)) == 1


async def alike(table, row, column="id"):
    """A row without what names it and when it was written."""
    own = {"id", "subject", "recipient", "key", "email", "email_key", "patient", "created_at", "due_at", "sent_at"}
    own |= {"expires_at", "failed_at"}
    [kept] = await run(f"SELECT * FROM {table} WHERE {column} = $1", row)
    return {name: value for name, value in kept.items() if name not in own}


async def linked():
    """Owen, whose portal Kim reads, has confirmed."""
    clinic = await clinic_with_owen()
    owen, kim = await someone("Owen Tait"), await someone("Kim Sato", portal=False)
    await give(owen, kim, Level.ADMINISTRATIVE, Role.VIEW)
    invitation = await send(clinic, await practitioner(clinic))
    await invitations.accept(owen.session, invitation, 1, Answer(BORN))
    return owen, kim


async def test_a_linked_practice_is_told_to_the_owner(read):  # noqa: F811
    owen, _ = await linked()
    mail = await read(MailKind.PRACTICE_LINKED, owen.email)
    assert mail.subject == "Something new is linked to your portal"
    assert mail.links == [f"{SITE}/portal/{owen.portal}/access"]
    assert "Harbour Street Clinic is now linked to your patient portal" in mail.words


async def test_and_to_those_with_access(read):  # noqa: F811
    owen, kim = await linked()
    mail = await read(MailKind.PRACTICE_LINKED, kim.email)
    assert mail.subject == "Something new is linked to a portal you open"
    assert mail.links == [f"{SITE}/portal/{owen.portal}/"]
    assert "linked to Owen Tait’s patient portal" in mail.words


async def test_but_not_to_a_guardian_whom_the_practice_has_not_confirmed(outbox, office):
    mina, theo, leo = await two_guardians()
    clinic = await clinic_with_owen(first_name="Leo", last_name="Park", birth_date=CHILD_BORN)
    invitation = await send(clinic, await practitioner(clinic), mina.email)
    await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, leo))
    await run("UPDATE mail SET sent_at = $1 WHERE kind <> 'practice-linked'", clock.now())
    await send_all(outbox)
    assert office.recipients == [mina.email]
    rows = await run("SELECT failure FROM mail WHERE kind = 'practice-linked' AND recipient = $1", theo.email)
    assert [row["failure"] for row in rows] == ["no longer due"]
