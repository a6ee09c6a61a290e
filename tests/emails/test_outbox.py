import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from db.engine import run
from domain import clock
from domain.mail import MailKind
from emails import kinds
from emails import outbox as outboxes
from emails.claims import OPEN
from emails.refusals import ServerAway
from tests.emails.conftest import DROP
from tests.emails.sending import outbox_rows, owe_sign_up, send_all


@pytest.fixture(autouse=True)
def empty_tables(database):
    """Each test begins with an empty outbox."""


def later(**by: float) -> None:
    move_to(clock.now() + timedelta(**by))


def move_to(moment: datetime) -> None:
    clock.set_offset(moment - datetime.now(UTC))


async def test_what_is_owed_is_sent_once_and_marked(outbox, office):
    await owe_sign_up("mina@example.com")
    await send_all(outbox)
    await send_all(outbox)
    assert office.recipients == ["mina@example.com"]
    row = (await outbox_rows())["mina@example.com"]
    assert row["sent_at"]
    assert not row["failed_at"]
    assert row["claim"] is None
    assert office.messages[0]["Message-ID"] == f"<{row['id']}@kith.example>"


async def test_four_workers_at_once_send_each_mail_once(new_outbox, office):
    everyone = [f"p{number}@patients.example.com" for number in range(100)]
    for email in everyone:
        await owe_sign_up(email)
    workers = [new_outbox() for _ in range(4)]
    await asyncio.gather(*(send_all(worker) for worker in workers))
    assert Counter(office.recipients) == Counter(everyone)
    for worker in workers:
        await worker.post.rest()


async def test_one_connection_serves_a_whole_batch(outbox, office):
    for number in range(30):
        await owe_sign_up(f"p{number}@patients.example.com")
    await send_all(outbox)
    assert (len(office.taken), office.connections) == (30, 1)


@pytest.mark.parametrize("answers", ["answers", "data_answers"])
async def test_a_4xx_comes_again_after_a_while(outbox, office, answers):
    getattr(office, answers)["mina@example.com"] = ["451 4.7.1 Greylisted, come again"]
    await owe_sign_up("mina@example.com")
    await owe_sign_up("theo@example.com")
    await send_all(outbox)
    assert office.recipients == ["theo@example.com"]
    row = (await outbox_rows())["mina@example.com"]
    assert row["failure"] == "451 4.7.1"
    assert row["attempts"] == 1
    assert row["failed_at"] is None
    assert timedelta(seconds=4) < row["due_at"] - clock.now() < timedelta(seconds=16)
    later(minutes=1)
    await send_all(outbox)
    assert office.recipients == ["theo@example.com", "mina@example.com"]
    row = (await outbox_rows())["mina@example.com"]
    assert row["sent_at"]
    assert row["failure"] is None


async def test_what_is_put_off_again_and_again_is_given_up_after_two_days(outbox, office):
    office.answers["mina@example.com"] = ["451 4.3.0 Not now"] * 100
    await owe_sign_up("mina@example.com")
    began = clock.now()
    while not (row := (await outbox_rows())["mina@example.com"])["failed_at"]:
        move_to(row["due_at"] + timedelta(seconds=1))
        await send_all(outbox)
    assert row["failure"] == "given up: 451 4.3.0"
    assert office.taken == []
    assert timedelta(days=1) < clock.now() - began < timedelta(days=3)


@pytest.mark.parametrize("answers", ["answers", "data_answers"])
async def test_a_5xx_is_kept_as_undeliverable_and_tells_nothing_personal(outbox, office, capsys, answers):
    getattr(office, answers)["mina@example.com"] = ["550 5.1.1 <mina@example.com> Mina Park is unknown here"]
    await owe_sign_up("mina@example.com")
    await send_all(outbox)
    later(days=1)
    await send_all(outbox)
    row = (await outbox_rows())["mina@example.com"]
    assert (row["failure"], row["sent_at"], office.taken) == ("550 5.1.1", None, [])
    assert row["failed_at"]
    said = capsys.readouterr().err
    assert '"failure": "550 5.1.1"' in said
    assert "mina" not in said.lower()


async def test_a_refused_login_says_nothing_about_the_mail(outbox, office):
    office.answers["mina@example.com"] = ["530 5.7.0 Authentication required"]
    await owe_sign_up("mina@example.com")
    await send_all(outbox)
    row = (await outbox_rows())["mina@example.com"]
    assert row["failure"] == "530 5.7.0"
    assert row["failed_at"] is None


async def test_a_connection_that_breaks_is_opened_again(outbox, office):
    office.data_answers["mina@example.com"] = [DROP]
    await owe_sign_up("mina@example.com")
    await owe_sign_up("theo@example.com")
    await send_all(outbox)
    assert (office.recipients, office.connections) == (["theo@example.com"], 2)
    later(minutes=1)
    await send_all(outbox)
    assert office.recipients == ["theo@example.com", "mina@example.com"]


async def test_a_server_that_is_away_costs_only_the_first_mail_an_attempt(outbox, office):
    await office.close()
    for name in ("mina", "theo", "zed"):
        await owe_sign_up(f"{name}@example.com")
    with pytest.raises(ServerAway):
        await send_all(outbox)
    rows = await outbox_rows()
    assert [(row["attempts"], row["failure"], row["claim"]) for row in rows.values()].count((0, None, None)) == 2
    await office.open()
    later(minutes=1)
    await send_all(outbox)
    assert sorted(office.recipients) == ["mina@example.com", "theo@example.com", "zed@example.com"]


async def test_one_poisoned_mail_stops_nothing(outbox, office, monkeypatch, capsys):
    async def build(owed, settings):
        if owed.recipient == "poison@example.com":
            raise KeyError("poison@example.com")
        return await sound(owed, settings)

    sound = kinds.BUILDERS[MailKind.CONFIRM_EMAIL]
    monkeypatch.setitem(kinds.BUILDERS, MailKind.CONFIRM_EMAIL, build)
    for name in ("mina", "poison", "theo"):
        await owe_sign_up(f"{name}@example.com")
    await send_all(outbox)
    assert sorted(office.recipients) == ["mina@example.com", "theo@example.com"]
    assert (await outbox_rows())["poison@example.com"]["failure"] == "could not be written"
    said = capsys.readouterr().err
    assert "KeyError" in said
    assert "poison@" not in said


async def test_a_lease_that_ran_out_lets_another_worker_send_the_same_message_id(new_outbox, office, outbox):
    await owe_sign_up("mina@example.com")
    [dead] = await new_outbox().claims.take(20)
    await send_all(outbox)
    assert office.taken == []
    later(minutes=4)
    await send_all(outbox)
    assert office.messages[0]["Message-ID"] == f"<{dead.id}@kith.example>"
    assert (await outbox_rows())["mina@example.com"]["attempts"] == 2


async def test_a_late_worker_marks_nothing_that_another_one_has(new_outbox, office, outbox):
    await owe_sign_up("mina@example.com")
    late = new_outbox()
    [owed] = await late.claims.take(20)
    later(minutes=4)
    await send_all(outbox)
    await late._fail(owed, "550")
    row = (await outbox_rows())["mina@example.com"]
    assert row["sent_at"]
    assert row["failed_at"] is None


async def test_a_worker_takes_up_at_once_what_it_could_not_finish(outbox, office):
    await owe_sign_up("mina@example.com")
    await outbox.claims.take(20)
    await send_all(outbox)
    assert office.recipients == ["mina@example.com"]


async def test_what_was_not_begun_when_the_worker_stops_is_given_back(outbox, office):
    for name in ("mina", "theo"):
        await owe_sign_up(f"{name}@example.com")
    assert await outbox.turn(lambda: bool(office.taken)) == 2
    assert len(office.taken) == 1
    [left] = await run("SELECT claim, attempts FROM mail WHERE sent_at IS NULL")
    assert left == {"claim": None, "attempts": 0}


async def owe_many(number):
    for n in range(number):
        await owe_sign_up(f"p{n}@patients.example.com")
    await run("UPDATE mail SET bulk = true")


async def test_one_of_many_waits_for_every_other_mail(outbox, office):
    await owe_many(30)
    await owe_sign_up("mina@example.com")
    await outbox.turn(lambda: False)
    assert office.recipients[0] == "mina@example.com"
    assert len(office.taken) == outboxes.BATCH


async def test_a_slow_server_keeps_no_urgent_mail_waiting_behind_a_batch(outbox, office, monkeypatch):
    """What is not begun within a second is given back, as if it had never been claimed."""
    monkeypatch.setattr(outboxes, "FRESH", 0.0)

    async def meanwhile():
        office.hold = None
        await owe_sign_up("mina@example.com")

    office.hold = meanwhile
    await owe_many(20)
    assert await outbox.turn(lambda: False) == 20
    assert await outbox.turn(lambda: False) == 20
    assert office.recipients == ["p0@patients.example.com", "mina@example.com"]
    waiting = await run("SELECT attempts, claim FROM mail WHERE sent_at IS NULL")
    assert waiting == [{"attempts": 0, "claim": None}] * 19


async def test_with_ten_thousand_due_an_urgent_mail_goes_at_once(outbox, office):
    await owe_sign_up("many@example.com")
    await run(
        "INSERT INTO mail (id, kind, subject, recipient, key, created_at, due_at, attempts, bulk) SELECT"
        " gen_random_uuid(), kind, subject, recipient, n::text, created_at, due_at, 0, true"
        " FROM mail, generate_series(1, 10000) AS n"
    )
    await owe_sign_up("mina@example.com")
    await outbox.turn(lambda: False)
    assert set(office.recipients[:2]) == {"many@example.com", "mina@example.com"}
    [plan] = await run("EXPLAIN (FORMAT JSON) SELECT id FROM mail WHERE NOT bulk AND " + OPEN.replace("$5", "'{a}'")
        .replace("$2", "'2026-11-20'").replace("$1", f"'{outbox.claims.id}'") + " LIMIT 20")  # fmt: skip
    assert "mail_due" in plan["QUERY PLAN"]
    assert '"Sort"' not in plan["QUERY PLAN"]


async def test_mail_waits_until_it_is_due(outbox, office):
    await owe_sign_up("mina@example.com")
    await run("UPDATE mail SET due_at = $1", clock.now() + timedelta(minutes=2))
    await send_all(outbox)
    assert office.taken == []
    later(minutes=3)
    await send_all(outbox)
    assert office.recipients == ["mina@example.com"]


async def test_a_kind_of_a_newer_kith_is_left_to_its_workers(outbox, office):
    await owe_sign_up("mina@example.com")
    await run("UPDATE mail SET kind = 'appointment-reminder'")
    await send_all(outbox)
    row = (await outbox_rows())["mina@example.com"]
    assert (row["attempts"], row["failed_at"], office.taken) == (0, None, [])


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 10), (2, 20), (5, 160), (9, 2560), (10, 3600), (56, 3600)])
def test_pauses_grow_to_an_hour_and_differ(attempts, seconds):
    pauses = {outboxes.pause_after(attempts).total_seconds() for _ in range(20)}
    assert len(pauses) > 1
    assert all(seconds / 2 <= pause <= seconds * 1.5 for pause in pauses)
