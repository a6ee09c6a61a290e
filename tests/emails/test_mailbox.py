import asyncio
import json
import urllib.parse
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import aiosmtplib
import pytest

from domain import clock
from emails import mailbox
from emails.outbox import Outbox
from emails.smtp import Post, Server
from tests.emails.sending import owe_sign_up, send_all

PLAIN = "From: a@kith.example\r\nTo: b@kith.example\r\nSubject: One\r\n\r\nLook: http://kith.example/x\r\n"


@pytest.fixture
async def port(settings):
    server = await mailbox.listen(settings.var, 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def put(port, *recipients, message=PLAIN):
    await aiosmtplib.send(
        message, sender="a@kith.example", recipients=recipients, hostname="127.0.0.1", port=port, start_tls=False
    )


async def test_mail_that_kith_sends_can_be_read(database, settings, port):
    here = replace(settings, smtp_url=f"smtp://127.0.0.1:{port}")
    await owe_sign_up("mina@example.com")
    outbox = Outbox(here, Post(Server.parse(here.smtp_url), "kith.example"))
    await send_all(outbox)
    await outbox.post.rest()
    [mail] = mailbox.received(settings.var)
    assert mail["to"] == ["mina@example.com"]
    assert mail["from"] == "Kith <post@kith.example>"
    assert mail["subject"] == "Confirm your email"
    assert mail["text"].startswith("Somebody signed up to Kith")
    assert mail["html"].startswith("<!DOCTYPE html>")
    [link] = mail["links"]
    assert urllib.parse.urlsplit(link).path.startswith("/confirm-email/")
    assert abs((datetime.fromisoformat(mail["received_at"]) - clock.now()).total_seconds()) < 5
    assert mailbox.one(settings.var, mail["id"]) == mail
    assert json.loads(json.dumps(mail)).keys() == mailbox.Mail.__annotations__.keys()


async def test_newest_first_and_empty(settings, port):
    for number in range(3):
        await put(port, f"p{number}@kith.example")
    assert [mail["to"] for mail in mailbox.received(settings.var)] == [
        [f"p{number}@kith.example"] for number in (2, 1, 0)
    ]
    mailbox.empty(settings.var)
    assert mailbox.received(settings.var) == []


async def test_it_tells_whom_a_mail_really_went_to(settings, port):
    await put(port, "b@kith.example", "hidden@kith.example")
    [mail] = mailbox.received(settings.var)
    assert mail["to"] == ["b@kith.example", "hidden@kith.example"]
    assert mail["links"] == ["http://kith.example/x"]


async def test_reading_while_mail_comes_in_finds_whole_mails_only(settings, port):
    async def read():
        for _ in range(100):
            found = await asyncio.to_thread(mailbox.received, settings.var)
            assert {mail["subject"] for mail in found} <= {"One"}

    await asyncio.gather(read(), *(put(port, f"p{number}@kith.example") for number in range(20)))
    assert len(mailbox.received(settings.var)) == 20


async def test_a_mail_that_is_not_whole_yet_is_not_there(settings, port, monkeypatch):
    def interrupted(path, target):
        raise OSError("no room left")

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(aiosmtplib.SMTPException):
        await put(port, "b@kith.example")
    assert mailbox.received(settings.var) == []


async def test_too_large_a_mail_is_refused(settings, port):
    with pytest.raises(aiosmtplib.SMTPException):
        await put(port, "b@kith.example", message=PLAIN + "x" * 70 + "\r\n" * mailbox.LARGEST)
    assert mailbox.received(settings.var) == []


@pytest.mark.parametrize("name", ["", "../secret-key", "..%2fx", "1" * 19 + "-" + "0" * 32, "x" * 500])
def test_no_other_file_is_read_by_an_id(settings, name):
    (settings.var / "mailbox").mkdir()
    (settings.var / "secret-key.eml").write_text(PLAIN)
    assert mailbox.one(settings.var, name) is None


def test_a_mailbox_that_never_ran_is_empty(settings):
    mailbox.empty(settings.var)
    assert mailbox.received(settings.var) == []


async def test_run_listens_on_loopback_at_the_port_of_the_address(settings, port):
    with pytest.raises(OSError, match="address already in use"):
        await mailbox.run(replace(settings, smtp_url=f"smtp://127.0.0.1:{port}"))


async def test_it_takes_nothing_when_mail_goes_to_another_machine(settings, capsys):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await mailbox.run(replace(settings, smtp_url="smtp://mail.example.org:25"))
    assert "mailbox not needed" in capsys.readouterr().err
