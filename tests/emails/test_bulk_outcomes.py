"""Each chosen patient's outcome changes with the mail that tells them, so that the count is always true."""

from datetime import timedelta

import pytest
from asyncpg import PostgresSyntaxError

from db.engine import counting, run
from domain import clock, invitations
from domain.invitations.bulk import changed
from domain.invitations.delivery import AWAY, NO_MAILBOX
from domain.mail import MailKind
from emails import claims
from emails import outbox as outboxes
from emails.kinds import BUILT_TOGETHER
from tests.clinic import Clinic
from tests.domain.inviting import practitioner
from tests.domain.inviting_many import child, counts, invite, report_of
from tests.emails.kill_trial import invite_many
from tests.emails.sending import send_all

pytestmark = pytest.mark.usefixtures("database")


async def invited(many):
    """A practitioner, the bulk invitation of so many patients, and the ids of their invitations by email."""
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    made, _ = await invite_many(clinic, place, many)
    rows = await run("SELECT id, email FROM invitation")
    return place, made, {row["email"]: row["id"] for row in rows}


async def reasons(made):
    rows = await run("SELECT outcome, reason FROM bulk_invitation_patient WHERE bulk_invitation = $1", made)
    return {(row["outcome"], row["reason"]) for row in rows}


async def test_what_the_server_takes_is_sent_and_what_it_refuses_has_failed(outbox, office):
    _, made, _ = await invited(4)
    office.answers["p1@patients.example.com"] = ["550 5.1.1 No such mailbox"]
    office.answers["p2@patients.example.com"] = ["451 4.3.0 Later"]
    await send_all(outbox)
    assert await counts(made) == {"Sent": 2, "Failed": 1, "Waiting": 1}
    assert ("Failed", NO_MAILBOX) in await reasons(made)
    clock.set_offset(timedelta(minutes=1))
    await send_all(outbox)
    assert await counts(made) == {"Sent": 3, "Failed": 1}


async def test_what_is_given_up_has_failed(outbox, office):
    _, made, _ = await invited(1)
    await run("UPDATE mail SET attempts = $1", outboxes.MOST_ATTEMPTS)
    await send_all(outbox)
    assert await reasons(made) == {("Failed", AWAY)}


async def test_what_is_no_longer_due_is_cancelled(outbox, office):
    _, made, found = await invited(2)
    await run(
        "UPDATE invitation SET state = 'Cancelled', cancelled_at = $2 WHERE id = $1",
        found["p0@patients.example.com"],
        clock.now(),
    )
    await send_all(outbox)
    assert await counts(made) == {"Sent": 1, "Cancelled": 1}
    assert office.recipients == ["p1@patients.example.com"]


async def test_an_invitation_cancelled_after_it_was_claimed_is_not_sent(outbox, office, monkeypatch):
    """At most a second after: what is left of a batch then is read anew."""
    monkeypatch.setattr(outboxes, "FRESH", 0.0)
    place, made, found = await invited(3)
    [first, *others] = await run("SELECT recipient FROM mail WHERE bulk ORDER BY due_at, id")

    async def meanwhile():
        office.hold = None
        for row in others:
            await invitations.cancel(place, found[row["recipient"]])

    office.hold = meanwhile
    await send_all(outbox)
    assert office.recipients == [first["recipient"]]
    assert await counts(made) == {"Sent": 1, "Cancelled": 2}


async def test_one_mail_to_a_family_is_the_outcome_of_each(outbox, office):
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    made = await invite(place, await report_of(place, [await child(clinic, name) for name in ("Ana", "Beto", "Caro")]))
    await run("UPDATE mail SET due_at = created_at")
    await send_all(outbox)
    assert len(office.taken) == 1
    assert await counts(made) == {"Sent": 3}


async def test_one_that_cannot_be_read_with_its_batch_is_read_by_itself(outbox, office, monkeypatch, capsys):
    async def build_many(batch, settings):
        raise KeyError("p0@patients.example.com")

    monkeypatch.setitem(BUILT_TOGETHER, MailKind.INVITATION, build_many)
    _, made, _ = await invited(2)
    await send_all(outbox)
    assert await counts(made) == {"Sent": 2}
    said = capsys.readouterr().err
    assert "mails not read together" in said
    assert "p0@" not in said


async def test_a_batch_is_read_in_as_many_statements_as_one(outbox, office):
    place, _, _ = await invited(1)
    clinic = Clinic()
    clinic.practice = place.practice.id
    [clinic.patient] = [row["patient"] for row in await run("SELECT patient FROM invitation")]

    async def statements():
        with counting() as asked:
            await outbox.turn(lambda: False)
        return [sql for sql in asked if sql.lstrip().startswith(("SELECT", "WITH asked"))]

    one = await statements()
    await run("DELETE FROM mail")
    await invite_many(clinic, place, 15)
    assert len(one) == len(await statements()) == 2
    assert len(office.taken) == 16


@pytest.mark.parametrize("of_a_family", [False, True])
async def test_a_worker_that_dies_between_the_telling_and_the_marking_leaves_both_to_the_next(
    outbox, office, new_outbox, monkeypatch, of_a_family
):
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    if of_a_family:
        made = await invite(place, await report_of(place, [await child(clinic, name) for name in ("Ana", "Beto")]))
        await run("UPDATE mail SET due_at = created_at")
    else:
        made, _ = await invite_many(clinic, place, 1)
    [mail] = await run("SELECT recipient FROM mail")
    office.answers[mail["recipient"]] = ["550 5.1.1 unknown", "550 5.1.1 unknown"]
    with monkeypatch.context() as dying:
        dying.setattr(claims, "FINISH", "the worker dies")
        with pytest.raises(PostgresSyntaxError):
            await outbox.turn(lambda: False)
    assert await run("SELECT DISTINCT state FROM invitation") == [{"state": "Pending"}]
    await run("UPDATE mail SET claimed_until = created_at")
    await send_all(new_outbox())
    assert await reasons(made) == {("Failed", NO_MAILBOX)}
    assert await run("SELECT DISTINCT state FROM invitation") == [{"state": "Undeliverable"}]
    told = await run("SELECT count(*) AS many FROM event WHERE kind = 'invitation:undeliverable'")
    assert told[0]["many"] == (2 if of_a_family else 1)


CHANGES = ["active = false", "deceased_on = '2026-11-20'", "email = 'new@example.com', email_key = 'new@example.com'"]


@pytest.mark.parametrize("change", CHANGES)
async def test_who_is_another_by_the_time_the_mail_goes_is_not_written_to(outbox, office, change):
    _, made, found = await invited(2)
    await run(f"UPDATE patient SET {change} WHERE email = 'p0@patients.example.com'")
    await send_all(outbox)
    assert office.recipients == ["p1@patients.example.com"]
    assert await reasons(made) == {("Sent", ""), ("Cancelled", changed.REASON)}
    states = {row["id"]: row["state"] for row in await run("SELECT id, state FROM invitation")}
    assert states == {found["p0@patients.example.com"]: "Cancelled", found["p1@patients.example.com"]: "Pending"}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_familys_mail_goes_without_who_is_another_by_then(outbox, office, change):
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    made = await invite(place, await report_of(place, [await child(clinic, name) for name in ("Ana", "Beto", "Caro")]))
    await run("UPDATE mail SET due_at = created_at")
    await run(f"UPDATE patient SET {change} WHERE first_name = 'Beto'")
    await send_all(outbox)
    assert await counts(made) == {"Sent": 2, "Cancelled": 1}
    [mail] = office.messages
    text = mail.get_body(("plain",)).get_content()
    assert ("Ana" in text, "Beto" in text, "Caro" in text) == (True, False, True)


async def test_an_invitation_of_its_own_goes_where_it_was_sent(outbox, office):
    """Nobody held it: whoever sent it had read the address."""
    await invited(1)
    await run("UPDATE mail SET bulk = false")
    await run("UPDATE patient SET email_key = 'new@example.com'")
    await send_all(outbox)
    assert office.recipients == ["p0@patients.example.com"]


async def test_a_late_worker_says_of_no_invitation_that_it_failed_which_another_has_sent(outbox, office, new_outbox):
    _, made, _ = await invited(1)
    late = new_outbox()
    [owed] = await late.claims.take(20)
    await run("UPDATE mail SET claimed_until = created_at")
    await send_all(outbox)
    await late._fail(owed, "550 5.1.1")
    assert await counts(made) == {"Sent": 1}
    assert await run("SELECT state FROM invitation") == [{"state": "Pending"}]
