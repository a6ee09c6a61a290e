import asyncio

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from db.engine import DatabaseGone
from emails.refusals import NotNow, ServerAway, Undeliverable
from emails.smtp import Post, Server
from tests.emails.conftest import DROP

MESSAGE = b"Subject: One\r\n\r\nHello\r\n"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:9000", Server("127.0.0.1", 9000, None, None, False, None)),
        ("smtp://mail.example.org", Server("mail.example.org", 25, None, None, False, None)),
        ("smtps://mail.example.org", Server("mail.example.org", 465, None, None, True, False)),
        ("smtp://mail.example.org:587?starttls=required", Server("mail.example.org", 587, None, None, False, True)),
        # A password never goes to another machine in the clear.
        ("smtp://k%40x:p%3Aw@mail.example.org", Server("mail.example.org", 25, "k@x", "p:w", False, True)),
        ("smtp://k:p@127.0.0.1:25", Server("127.0.0.1", 25, "k", "p", False, None)),
    ],
)
def test_addresses_of_mail_servers(url, server):
    assert Server.parse(url) == server


async def test_a_mail_server_without_the_starttls_that_is_required_gets_nothing(office):
    post = Post(Server.parse(f"smtp://127.0.0.1:{office.port}?starttls=required"), "kith.example")
    with pytest.raises(ServerAway):
        await post.send("post@kith.example", "mina@example.com", MESSAGE)
    assert office.taken == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(("password", "sent"), [("right", True), ("wrong", False)])
async def test_it_logs_in_where_a_name_is_given(office, password, sent):
    def check(server, session, envelope, mechanism, given):
        return AuthResult(success=given.password == b"right", handled=False)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(office, hostname="localhost", auth_required=True, auth_require_tls=False, authenticator=check),
        "127.0.0.1",
        0,
    )
    port = server.sockets[0].getsockname()[1]
    post = Post(Server.parse(f"smtp://kith:{password}@127.0.0.1:{port}"), "kith.example")
    if sent:
        await post.send("post@kith.example", "mina@example.com", MESSAGE)
    else:
        with pytest.raises(ServerAway, match=r"535 5\.7\.8"):
            await post.send("post@kith.example", "mina@example.com", MESSAGE)
    await post.rest()
    server.close()
    assert bool(office.taken) is sent


async def test_a_server_that_wants_a_secure_line_and_gets_none_is_away():
    silent = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    with pytest.raises(ServerAway):
        await Post(Server.parse(f"smtps://127.0.0.1:{port}"), "kith.example").send(
            "a@b.example", "c@d.example", MESSAGE
        )
    silent.close()


async def test_a_connection_is_closed_by_a_421_and_opened_anew(office):
    post = Post(Server.parse(f"smtp://127.0.0.1:{office.port}"), "kith.example")
    office.answers["mina@example.com"] = ["421 4.7.0 Too many mails on one connection"]
    with pytest.raises(NotNow, match=r"421 4\.7\.0"):
        await post.send("post@kith.example", "mina@example.com", MESSAGE)
    await post.send("post@kith.example", "mina@example.com", MESSAGE)
    await post.rest()
    assert (office.connections, office.recipients) == (2, ["mina@example.com"])


async def test_a_server_that_says_nothing_is_waited_for_only_so_long(office, monkeypatch):
    monkeypatch.setattr("emails.smtp.SENT_WITHIN", 0.1)
    office.hold = asyncio.Event().wait
    post = Post(Server.parse(f"smtp://127.0.0.1:{office.port}"), "kith.example")
    with pytest.raises(NotNow, match="connection lost"):
        await post.send("post@kith.example", "mina@example.com", MESSAGE)
    assert post.client is None


async def hung_up(office, post):
    """The server hangs up as one does that has been idle for long; the worker has not heard of it yet."""
    await post.send("post@kith.example", "mina@example.com", MESSAGE)
    transport = post.client.transport
    post.client.transport.pause_reading()
    for server in office.sessions:
        server.transport.close()
    return transport


async def test_a_server_that_hung_up_meanwhile_costs_nothing(office):
    post = Post(Server.parse(f"smtp://127.0.0.1:{office.port}"), "kith.example")
    transport = await hung_up(office, post)
    sending = asyncio.create_task(post.send("post@kith.example", "theo@example.com", MESSAGE))
    await asyncio.sleep(0)
    transport.resume_reading()
    await sending
    await post.rest()
    assert (office.connections, office.recipients) == (2, ["mina@example.com", "theo@example.com"])


async def test_a_kept_connection_that_is_closed_by_a_421_costs_nothing(office):
    post = Post(Server.parse(f"smtp://127.0.0.1:{office.port}"), "kith.example")
    await post.send("post@kith.example", "mina@example.com", MESSAGE)
    office.answers["theo@example.com"] = ["421 4.4.2 Idle for too long"]
    await post.send("post@kith.example", "theo@example.com", MESSAGE)
    await post.rest()
    assert (office.connections, office.recipients) == (2, ["mina@example.com", "theo@example.com"])


async def test_a_text_that_may_have_arrived_is_not_sent_again_at_once(office):
    post = Post(Server.parse(f"smtp://127.0.0.1:{office.port}"), "kith.example")
    await post.send("post@kith.example", "mina@example.com", MESSAGE)
    office.data_answers["theo@example.com"] = [DROP]
    with pytest.raises(NotNow, match="connection lost"):
        await post.send("post@kith.example", "theo@example.com", MESSAGE)
    assert (office.connections, office.recipients) == (1, ["mina@example.com"])


async def test_after_a_refusal_the_connection_serves_the_next(office):
    post = Post(Server.parse(f"smtp://127.0.0.1:{office.port}"), "kith.example")
    office.answers["mina@example.com"] = ["550 5.1.1 No such mailbox"]
    office.data_answers["theo@example.com"] = ["554 5.7.1 No"]
    for refused in ("mina@example.com", "theo@example.com"):
        with pytest.raises(Undeliverable):
            await post.send("post@kith.example", refused, MESSAGE)
    await post.send("post@kith.example", "leo@example.com", MESSAGE)
    await post.rest()
    assert (office.connections, office.recipients) == (1, ["leo@example.com"])


async def test_the_text_waits_for_what_must_be_done_before_it(office):
    post = Post(Server.parse(f"smtp://127.0.0.1:{office.port}"), "kith.example")

    async def gone():
        assert office.taken == []
        raise DatabaseGone

    with pytest.raises(DatabaseGone):
        await post.send("post@kith.example", "mina@example.com", MESSAGE, gone)
    await post.send("post@kith.example", "theo@example.com", MESSAGE)
    await post.rest()
    assert office.recipients == ["theo@example.com"]


async def test_the_connection_is_kept_a_while_and_then_given_up(office, monkeypatch):
    post = Post(Server.parse(f"smtp://127.0.0.1:{office.port}"), "kith.example")
    await post.send("post@kith.example", "mina@example.com", MESSAGE)
    await post.rest_if_idle()
    assert office.said_goodbye == 0
    monkeypatch.setattr("emails.smtp.KEPT_FOR", 0.0)
    await post.rest_if_idle()
    assert post.client is None
    assert office.said_goodbye == 1
