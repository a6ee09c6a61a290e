from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP as LINES
from uuid import UUID, uuid4

import pytest
from jinja2 import UndefinedError

from domain.mail import MailKind
from emails.compose import compose
from emails.letter import Email, Letter, Link, Owed
from emails.sound import HEADERS, BadMessage, demand_sound
from emails.words import unlinked

AT = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
FROM = "Kith <post@kith.example>"
ID = UUID("00000000-0000-4000-8000-000000000001")
LONG = "Wolfeschlegelsteinhausenbergerdorff " * 8
WORDS = {
    "practice": "Harbour Street Clinic",
    "phone": "",
    "patient": "Owen",
    "child": False,
    "has_login": False,
    "day": "Fri 4 December 2026",
    "link": Link("http://kith.example/invitations/1"),
}
BAD_NAMES = [
    "Mina\r\nBcc: all@evil.example",
    "=?utf-8?q?=0D=0ABcc:all@evil.example?=",
    "=?utf-8?b?DQpCY2M6IGFsbEBldmlsLmV4YW1wbGU=?=",
    "Mina\x00\x85\u2028Bcc: all@evil.example",
    "<script>alert(1)</script><a href=http://evil.example>Win</a>",
    "Mina\u202egro.live//:ptth",
]


def owed(recipient="mina@example.com"):
    return Owed(ID, MailKind.ACCESS_REQUEST, uuid4(), recipient, AT, 1)


def written(name="Theo Almeida", recipient="mina@example.com", mail_from=FROM, **words):
    letter = Letter(
        "access_request",
        {
            "asker": name,
            "asker_email": Email("theo@example.com"),
            "relationship": "Spouse",
            "level": "Clinical",
            "role": "View",
            "day": "Fri 4 December 2026",
            "link": Link("http://kith.example/portal/1/access"),
            **words,
        },
    )
    return compose(letter, owed(recipient), mail_from, AT)


def read(raw):
    return message_from_bytes(raw, policy=LINES)


def both_parts(raw):
    text, html = read(raw).iter_parts()
    return text.get_content(), html.get_content()


def test_the_headers_are_ours_and_say_little():
    message = read(written())
    assert message["From"] == FROM
    assert message["To"] == "mina@example.com"
    assert message["Subject"] == "Someone asks for access to your portal"
    assert message["Date"].datetime == AT
    assert message["Message-ID"] == f"<{ID}@kith.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert sorted(message.keys()) == sorted([*HEADERS, "Content-Type"])


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_puts_nothing_into_the_headers(name):
    raw = written(name)
    head = raw.partition(b"\r\n\r\n")[0]
    assert b"evil" not in head
    message = read(raw)
    assert sorted(message.keys()) == sorted([*HEADERS, "Content-Type"])
    assert [str(to) for to in message["To"].addresses] == ["mina@example.com"]
    for part in both_parts(raw):
        assert "http://evil" not in part
        assert "<script" not in part


@pytest.mark.parametrize(
    "recipient",
    [
        "mina@example.com\r\nBcc: all@evil.example",
        "=?utf-8?q?mina=0D=0ABcc:all?=@example.com",
        "mina@example.com, all@evil.example",
        "Mina <mina@example.com>",
        "mina@example.com\x00",
        "mína@example.com",
        "mina",
        "",
        "m" * 300 + "@example.com",
    ],
)
def test_an_address_that_is_more_than_an_address_is_refused(recipient):
    with pytest.raises(BadMessage):
        written(recipient=recipient)


@pytest.mark.parametrize(
    "recipient", ["o'neil+kith@example.com", "m" * 64 + "@" + "d" * 60 + "." + "e" * 60 + ".example"]
)
def test_every_sound_address_arrives_as_it_is(recipient):
    assert read(written(recipient=recipient))["To"] == recipient


@pytest.mark.parametrize(
    "tampered",
    [
        b"Bcc: all@evil.example\r\n",
        b"To: all@evil.example\r\n",
        b"X-Other: =?utf-8?q?a?=\r\n",
        b"X-Bare: one\nBcc: all@evil.example\r\n",
    ],
)
def test_the_finished_bytes_are_read_again(tampered):
    raw = written()
    demand_sound(raw, "mina@example.com")
    with pytest.raises(BadMessage):
        demand_sound(tampered + raw, "mina@example.com")
    with pytest.raises(BadMessage):
        demand_sound(raw.replace(b"To: mina@", b"To: all@"), "mina@example.com")
    with pytest.raises(BadMessage):
        demand_sound(raw.replace(b"Subject: Someone", b"Subject: =?utf-8?q?=0D=0ABcc:?="), "mina@example.com")


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        (b"charset", b"name=x; charset"),
        (b"text/html", b"text/calendar"),
        (b"multipart/alternative", b"multipart/mixed"),
        (b"--\r\n", b"--\r\nand more\r\n"),
        (b"Kith is", b"\n.\r\nKith is"),
        (b"Kith is", b"\xc3\xa9"),
        (b"Kith is", b"x" * 999),
    ],
)
def test_the_parts_are_ours_and_nothing_else(found, instead):
    raw = written()
    assert raw.count(found) >= 1
    with pytest.raises(BadMessage):
        demand_sound(raw.replace(found, instead), "mina@example.com")


def test_a_part_that_names_the_boundary_stays_one_part():
    raw = written(f"--=_{ID.hex}--")
    assert len(list(read(raw).iter_parts())) == 2


def test_a_line_of_one_full_stop_and_a_space_at_the_end_arrive():
    letter = Letter("invitation", WORDS | {"message": (".", "From here", "..")})
    text, _ = both_parts(compose(letter, owed(), FROM, AT))
    text = text.replace("\r\n", "\n")
    assert "“.\nFrom here\n..”" in text
    assert "\n-- \nKith is" in text


def test_a_message_that_is_not_sound_is_never_handed_out():
    with pytest.raises(BadMessage):
        written(mail_from="=?utf-8?q?=01Kith?= <post@kith.example>")


def test_long_headers_are_read_as_they_were_meant():
    domain = "portal.a-very-long-name-of-a-clinic-in-some-place.example.org"
    message = read(written(mail_from=f"Kith of the Clinic and Many Others Besides Müller-Lüdenscheid <post@{domain}>"))
    assert message["From"].addresses[0].addr_spec == f"post@{domain}"
    assert message["Message-ID"] == f"<{ID}@{domain}>"


def test_a_sender_with_letters_of_its_own_is_written_so_that_it_is_read():
    message = read(written(mail_from="Praxis Müller <post@kith.example>"))
    assert message["From"].addresses[0].display_name == "Praxis Müller"


@pytest.mark.parametrize(
    "name", ["Łukasz Żółć-Nowak", "محمد علی", "山田 太郎", "Seán O’Brien", "Ana & <b>Beto</b>", LONG]
)
def test_names_of_all_kinds_stand_in_both_parts(name):
    text, html = both_parts(written(name))
    shown = unlinked(name)
    assert shown in " ".join(text.split())
    assert shown.replace("&", "&amp;") in html
    assert len(shown) <= 100


def test_lines_of_the_text_are_short_but_for_links():
    text, _ = both_parts(written(LONG, link=Link("http://kith.example/" + "a" * 100)))
    assert all(len(line) <= 72 for line in text.splitlines() if "://" not in line)
    assert "http://kith.example/" + "a" * 100 in text.splitlines()
    assert all(len(line) <= 998 for line in written(LONG).split(b"\r\n"))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Mina Park", "Mina Park"),
        ("J.R. Smith Jr.", "J. R. Smith Jr."),
        ("Dr Amara Okafor", "Dr Amara Okafor"),
        ("http://evil.example/x", "http evil. example x"),
        ("www.evil.example", "www. evil. example"),
        ("evil.\u200dexample", "evil. \u200dexample"),
        ("evil。example", "evil。 example"),
        ("me@evil.example", "me evil. example"),
        ("tel:0400 000 000", "tel 0400 000 000"),
        ("9:05 am", "9:05 am"),
        ("Mina\u200b\ufeff Park\u202e", "Mina Park"),
        ("Mina\n\n\tPark", "Mina Park"),
        ("نیلوفر\u200cپور", "نیلوفر\u200cپور"),
    ],
)
def test_a_name_never_reads_as_a_link(typed, shown):
    assert unlinked(typed) == shown


def test_a_word_that_is_missing_is_an_error():
    with pytest.raises(UndefinedError):
        compose(Letter("access_request", {}), owed(), FROM, AT)


def test_the_html_is_small_and_asks_for_nothing_from_elsewhere():
    _, html = both_parts(written())
    assert len(html) < 6000
    assert '<html lang="en">' in html
    assert 'name="color-scheme" content="light dark"' in html
    for foreign in ("<img", "<script", "<link", "url(", "@import", "src="):
        assert foreign not in html
