"""Each kind of mail: owed by the operation that owes it, sent over SMTP, opened, and its link followed to its row."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import html5lib
import pytest

from db.engine import run
from db.tables.access import Level, Role, Status
from domain import access, accounts, clock, guardians, password_resets, requests, sign_ups, tokens, updates
from domain.dates import long_date
from domain.errors import LinkClosed
from domain.guardians import PARENTAL, Offer
from domain.mail import MailKind, owe
from domain.patients import unlinking
from domain.requests import Asking
from domain.tokens import Purpose
from emails import kinds
from tests.cast import PASSWORD, someone
from tests.clinic import Clinic
from tests.domain.updating import REJECTED, change, on, waiting_for
from tests.emails.sending import outbox_rows, send_all

pytestmark = pytest.mark.usefixtures("database")
EMAILS = Path(kinds.__file__).parent
NEW_PASSWORD = "orchard lantern 2042"
HEALTH_WORDS = re.compile(
    "health|patient|clinic|doctor|medic|record|appointment|invoice|care|treatment|practi|disease|ill", re.IGNORECASE
)
SITE = "http://kith.example"


class Received:
    """One mail as its reader sees it."""

    def __init__(self, message):
        text, html = message.iter_parts()
        self.to = str(message["To"])
        self.subject = str(message["Subject"])
        self.text = text.get_content()
        self.words = " ".join(self.text.split())
        self.html = html.get_content()
        self.links = re.findall(r"https?://\S+", self.text)

    def token(self, page, settings, purpose):
        """The row and version that its one signed link names."""
        [link] = [link for link in self.links if link.startswith(f"{SITE}/{page}/")]
        return tokens.read(purpose, urlsplit(link).path.rpartition("/")[2], settings.secret_keys)


@pytest.fixture
def read(outbox, office):
    """Sends what is owed of one kind, and gives the mail that its recipient got."""

    async def read_one(kind, recipient):
        await run("UPDATE mail SET sent_at = $1 WHERE kind <> $2 AND sent_at IS NULL", clock.now(), kind.value)
        await send_all(outbox)
        [mail] = [mail for mail in map(Received, office.messages) if mail.to == recipient]
        [row] = await run("SELECT sent_at FROM mail WHERE kind = $1 AND recipient = $2", kind.value, recipient)
        assert row["sent_at"]
        assert_sound(mail)
        return mail

    return read_one


def assert_sound(mail):
    """What every mail promises: one thing said twice, in text and in HTML, and the same links in both."""
    html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(mail.html)
    assert list(dict.fromkeys(unescape(link) for link in re.findall(r'href="([^"]+)"', mail.html))) == mail.links
    assert mail.html.count("<h1") == 1
    assert mail.html.count('class="button"') == 1
    assert all(link.startswith(f"{SITE}/") for link in mail.links)
    assert all(len(line) <= 72 for line in mail.text.splitlines() if "://" not in line)
    assert "\n\n\n" not in mail.text
    assert "  " not in re.sub(r"\n", "", mail.text).replace("-- ", "")


def asking(email, level=Level.CLINICAL, role=Role.VIEW, relationship="Spouse"):
    return Asking("Whoever", relationship, level, role, email)


async def test_confirm_email(read, settings):
    await sign_ups.begin("Mina http://evil.example", "mina@example.com", own_health=True, address="192.0.2.1")
    mail = await read(MailKind.CONFIRM_EMAIL, "mina@example.com")
    assert mail.subject == "Confirm your email"
    row, version = mail.token("confirm-email", settings, Purpose.CONFIRM_EMAIL)
    assert (await sign_ups.typed(row, version))["email"] == "mina@example.com"
    assert "evil" not in mail.text + mail.html
    assert f"on {long_date(clock.now() + timedelta(hours=24))}" in mail.words


async def test_already_signed_up(read):
    await someone("Mina Park")
    await sign_ups.begin("Mina", "Mina@example.com", own_health=True, address="192.0.2.1")
    mail = await read(MailKind.ALREADY_SIGNED_UP, "mina@example.com")
    assert mail.links == [f"{SITE}/login", f"{SITE}/forgot-password"]


async def test_password_reset(read, settings):
    mina = await someone("Mina Park")
    await password_resets.begin("mina@example.com", address="192.0.2.1")
    mail = await read(MailKind.PASSWORD_RESET, "mina@example.com")
    row, version = mail.token("reset-password", settings, Purpose.RESET_PASSWORD)
    assert (await password_resets.whose(row, version))["account"] == mina.account
    assert "for one hour" in mail.words


async def test_password_changed(read):
    mina = await someone("Mina Park")
    await accounts.change_password(mina.session, PASSWORD, NEW_PASSWORD, device="")
    mail = await read(MailKind.PASSWORD_CHANGED, "mina@example.com")
    assert mail.links == [f"{SITE}/forgot-password", f"{SITE}/account/access"]
    assert "If it was not you, choose a new password now" in mail.words
    assert NEW_PASSWORD not in mail.text + mail.html


@pytest.mark.parametrize(
    ("level", "role", "shows", "can"),
    [
        (Level.CLINICAL, Role.VIEW, "All appointments, invoices and clinical records.", "Sees, and changes nothing."),
        (
            Level.CLINICAL,
            Role.EDIT,
            "All appointments, invoices and clinical records.",
            "Sees, cancels appointments, adds to records and changes details.",
        ),
        (
            Level.ADMINISTRATIVE,
            Role.VIEW,
            "All appointments and invoices only, no clinical records.",
            "Sees, and changes nothing.",
        ),
        (
            Level.ADMINISTRATIVE,
            Role.EDIT,
            "All appointments and invoices only, no clinical records.",
            "Sees, and cancels appointments.",
        ),
    ],
)
async def test_access_request(read, level, role, shows, can):
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    await requests.ask(theo.session, asking("mina@example.com", level, role))
    mail = await read(MailKind.ACCESS_REQUEST, "mina@example.com")
    assert mail.subject == "Someone asks for access to your portal"
    assert "Theo Almeida (theo@example.com) asks for access to your patient portal." in mail.words
    assert f"Access level: {level}" in mail.words
    assert f"Role: {role}." in mail.words
    assert shows in mail.words
    assert can in mail.words
    assert "Relationship: Spouse. This is what they say you are to them." in mail.words
    assert f"waits for 14 days, until {long_date(clock.now() + timedelta(days=14))}" in mail.words
    assert "Do not grant access to people you do not trust" in mail.words
    assert mail.links == [f"{SITE}/portal/{mina.portal}/access"]


@pytest.mark.parametrize(("has_login", "words"), [(False, "set up a login"), (True, "with the login that you have")])
async def test_set_up(read, settings, has_login, words):
    mina = await someone("Mina Park")
    if has_login:
        await someone("Kim Sato", portal=False)
    await requests.ask(mina.session, asking("kim@example.com"))
    mail = await read(MailKind.SET_UP, "kim@example.com")
    row, version = mail.token("set-up", settings, Purpose.SET_UP)
    assert (await requests.request_of(row, version))["asker"] == "Mina Park"
    assert "Mina Park (mina@example.com)" in mail.words
    assert "Kith is a patient portal" in mail.words
    assert words in mail.words
    assert f"until {long_date(clock.now() + timedelta(days=14))}" in mail.words
    assert "If you were not expecting this, do nothing." in mail.words


async def granted(mina, theo, level=Level.CLINICAL, role=Role.VIEW):
    await requests.ask(theo.session, asking(mina.email))
    [row] = await access.people(await mina.visit())
    return await access.decide(await mina.visit(), row.id, access.Decision(Status.CURRENT, level, role, row.version))


async def test_access_decision(read):
    mina, theo = await someone("Mina James"), await someone("Theo Almeida")
    await granted(mina, theo, Level.ADMINISTRATIVE, Role.EDIT)
    mail = await read(MailKind.ACCESS_DECISION, "theo@example.com")
    assert mail.subject == "You have access to a portal"
    assert "You can now open Mina James’ patient portal." in mail.words
    assert "Access level: Administrative. All appointments and invoices only, no clinical records." in mail.words
    assert "Role: Edit." in mail.words
    assert mail.links == [f"{SITE}/account/access"]


async def test_access_widened_for_its_owner(read):
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    await granted(mina, theo)
    mail = await read(MailKind.ACCESS_WIDENED, "mina@example.com")
    assert mail.subject == "Someone has more access to your portal"
    assert "Theo Almeida (theo@example.com) now has this access to your patient portal:" in mail.words
    assert mail.links == [f"{SITE}/portal/{mina.portal}/access"]


async def with_leo(*, second=True):
    """Mina and her child Leo, who has no login; with Theo as the second guardian."""
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    leo = await guardians.open_dependant(mina.session, "Leo Park", "Child", PARENTAL)
    if second:
        await offer(mina, leo, "theo@example.com", basis=PARENTAL)
        await guardians.accept_offer(theo.session, await row_of("theo@example.com"), 1)
    return mina, theo, leo


async def offer(guardian, portal, email, *, basis=None):
    given = Offer("Kim", email, "Child", Level.ADMINISTRATIVE, Role.VIEW, basis)
    return await guardians.offer(await guardian.visit(portal), given)


async def row_of(email):
    return (await run("SELECT id FROM access WHERE email_key = $1", email))[0]["id"]


@pytest.mark.parametrize("basis", [None, PARENTAL])
async def test_access_offer(read, settings, basis):
    mina, _, leo = await with_leo(second=False)
    assert await offer(mina, leo, "kim@example.com", basis=basis)
    mail = await read(MailKind.ACCESS_OFFER, "kim@example.com")
    row, version = mail.token("access-offers", settings, Purpose.ACCESS_OFFER)
    assert (await guardians.offer_of(row, version))["portal"] == leo
    assert "Mina Park (mina@example.com) offers you access to Leo Park’s patient portal" in mail.words
    assert ("You would be a guardian" in mail.words) is (basis is not None)
    assert f"until {long_date(clock.now() + timedelta(days=14))}" in mail.words


async def test_an_offer_is_given_by_the_guardian_who_let_it_out_last(read):
    mina, theo, leo = await with_leo()
    await offer(mina, leo, "kim@example.com")
    [row] = await run("SELECT id, version FROM access WHERE email = 'kim@example.com'")
    yes = access.Decision(access.Status.CURRENT, Level.ADMINISTRATIVE, Role.VIEW, row["version"])
    await access.decide(await theo.visit(leo), row["id"], yes)
    assert (await guardians.offer_of(row["id"], 1))["giver"] == "Theo Almeida"
    mail = await read(MailKind.ACCESS_OFFER, "kim@example.com")
    assert "Theo Almeida (theo@example.com) offers you access" in mail.words


async def test_who_is_a_guardian_no_longer_is_not_named_as_the_giver(read):
    mina, _, leo = await with_leo()
    await offer(mina, leo, "kim@example.com")
    [row] = await run("SELECT id FROM access WHERE email = 'kim@example.com'")
    await access.leave(await mina.visit(leo))
    assert (await guardians.offer_of(row["id"], 1))["giver"] == "Theo Almeida"


async def test_access_widened_for_guardians(read, outbox):
    _, _, leo = await with_leo()
    mail = await read(MailKind.ACCESS_WIDENED, "mina@example.com")
    assert mail.subject == "Someone has more access to a portal you look after"
    assert "Theo Almeida (theo@example.com) now has this access to Leo Park’s patient portal:" in mail.words
    assert "They are a guardian" in mail.words
    while (theo := (await outbox_rows())["theo@example.com"])["failed_at"] is None:
        await send_all(outbox)
    assert theo["failure"] == "no longer due", "nobody is told of themselves"
    assert mail.links == [f"{SITE}/portal/{leo}/access"]


async def test_access_consent(read):
    mina, _, leo = await with_leo()
    assert not await offer(mina, leo, "kim@example.com")
    mail = await read(MailKind.ACCESS_CONSENT, "theo@example.com")
    assert "Mina Park wants to give Kim (kim@example.com) access to Leo Park’s patient portal." in mail.words
    assert "Access level: Administrative" in mail.words
    assert "Role: View." in mail.words
    assert mail.links == [f"{SITE}/portal/{leo}/access"]


async def rejected_at_a_practice(owner, portal):
    """A new phone in somebody's portal, which the practice rejects with a reason; gives the portal's patient."""
    clinic = await Clinic.open(portal)
    await change(await owner.visit(portal), phone="0491 570 158")
    amara = await clinic.place(await clinic.hire("Amara Okafor"))
    update = await waiting_for(amara, clinic)
    await updates.decide(amara, update.id, on(update, every=REJECTED, reason="Canary why"))
    return clinic.patient


async def test_update_decided(read):
    mina = await someone("Mina Park")
    await rejected_at_a_practice(mina, mina.portal)
    mail = await read(MailKind.UPDATE_DECIDED, "mina@example.com")
    assert mail.subject == "About the details that you changed"
    assert "Harbour Street Clinic has looked at the details that you changed." in mail.words
    assert mail.links == [f"{SITE}/portal/{mina.portal}/profile"]
    for private in ("Canary", "0491", "Phone", "Amara"):
        assert private not in mail.text + mail.html


async def test_update_decided_for_a_guardian(read):
    mina, _, leo = await with_leo(second=False)
    await rejected_at_a_practice(mina, leo)
    mail = await read(MailKind.UPDATE_DECIDED, "mina@example.com")
    assert "has looked at the details that were changed in Leo Park’s portal." in mail.words


async def test_a_guardian_whom_the_practice_no_longer_knows_is_not_told_of_an_update(outbox, office):
    mina, _, leo = await with_leo(second=False)
    patient = await rejected_at_a_practice(mina, leo)
    await run("UPDATE guardian_confirmation SET state = 'Refused' WHERE patient = $1", patient)
    assert await not_sent(outbox, office, MailKind.UPDATE_DECIDED)


async def unlinked(portal, *practices):
    """Practices whose patients were linked to a portal unlink them, one after the other."""
    for name in practices:
        clinic = await Clinic.open(portal, name)
        place = await clinic.place(await clinic.hire(f"{name} Amy"))
        await unlinking.unlink(place, clinic.patient, (await unlinking.linked(place, clinic.patient)).mark)


async def test_practice_unlinked(read):
    mina = await someone("Mina Park")
    await unlinked(mina.portal, "Harbour Street Clinic")
    mail = await read(MailKind.PRACTICE_UNLINKED, "mina@example.com")
    assert mail.subject == "Something is no longer linked to your portal"
    assert "Harbour Street Clinic has ended its link to your patient portal." in mail.words
    assert mail.links == [f"{SITE}/portal/{mina.portal}/"]


async def test_each_mail_names_the_practice_that_has_unlinked(outbox, office):
    mina = await someone("Mina Park")
    await unlinked(mina.portal, "Harbour Street Clinic", "Eastside Physio")
    await send_all(outbox)
    told = [[name in letter for name in (b"Harbour Street Clinic", b"Eastside Physio")] for _, letter in office.taken]
    assert sorted(told) == [[False, True], [True, False]]


async def test_practice_unlinked_for_a_guardian_and_for_none_who_has_left(read):
    _, theo, leo = await with_leo()
    await unlinked(leo, "Harbour Street Clinic")
    await access.leave(await theo.visit(leo))
    mail = await read(MailKind.PRACTICE_UNLINKED, "mina@example.com")
    assert mail.subject == "Something is no longer linked to a portal you look after"
    assert "its link to Leo Park’s patient portal" in mail.words
    theos = await run("SELECT failure FROM mail WHERE recipient = $1 AND kind = 'practice-unlinked'", theo.email)
    assert [row["failure"] for row in theos] == ["no longer due"]


async def not_sent(outbox, office, kind):
    """Whether the mail of this kind was marked as no longer due, and never sent."""
    await run("UPDATE mail SET sent_at = $1 WHERE kind <> $2 AND sent_at IS NULL", clock.now(), kind.value)
    await send_all(outbox)
    rows = await run("SELECT failure FROM mail WHERE kind = $1", kind.value)
    assert rows
    return not office.taken and {row["failure"] for row in rows} == {"no longer due"}


async def withdraw(theo):
    await requests.withdraw(theo.session, (await access.patients(theo.account))[0].id)


async def test_a_request_that_was_withdrawn_is_told_to_nobody(outbox, office):
    _, theo = await someone("Mina Park"), await someone("Theo Almeida")
    await requests.ask(theo.session, asking("mina@example.com"))
    await withdraw(theo)
    assert await not_sent(outbox, office, MailKind.ACCESS_REQUEST)


async def test_a_set_up_link_that_is_closed_is_not_sent(outbox, office):
    theo = await someone("Theo Almeida")
    await requests.ask(theo.session, asking("nobody@example.com"))
    await withdraw(theo)
    assert await not_sent(outbox, office, MailKind.SET_UP)


@pytest.mark.parametrize("kind", [MailKind.ACCESS_DECISION, MailKind.ACCESS_WIDENED])
async def test_a_grant_that_has_ended_is_told_to_nobody(outbox, office, kind):
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    await granted(mina, theo)
    await access.leave(await theo.visit(mina.portal))
    assert await not_sent(outbox, office, kind)


async def test_links_that_have_run_out_or_been_used_are_not_sent(outbox, office):
    await sign_ups.begin("Mina", "mina@example.com", own_health=True, address="192.0.2.1")
    clock.set_offset(timedelta(hours=25))
    assert await not_sent(outbox, office, MailKind.CONFIRM_EMAIL)


async def test_only_the_newest_of_two_resets_is_sent(outbox, office):
    await someone("Mina Park")
    for _ in range(2):
        await password_resets.begin("mina@example.com", address="192.0.2.1")
    await send_all(outbox)
    assert len(office.taken) == 1
    assert sorted(str(row["failure"]) for row in await run("SELECT failure FROM mail")) == ["None", "no longer due"]


async def test_a_guardian_who_has_left_is_told_no_more(outbox, office):
    mina, theo, leo = await with_leo()
    await offer(mina, leo, "kim@example.com")
    await access.leave(await theo.visit(leo))
    assert await not_sent(outbox, office, MailKind.ACCESS_CONSENT)


async def test_a_guardian_who_has_agreed_is_not_asked_to(outbox, office):
    mina, theo, leo = await with_leo()
    await offer(mina, leo, "kim@example.com")
    await agree(theo, leo, "kim@example.com")
    assert await not_sent(outbox, office, MailKind.ACCESS_CONSENT)


async def test_of_two_guardians_only_the_one_who_has_not_agreed_is_asked_to(read):
    mina, theo, leo = await with_leo(second=False)
    ana = await someone("Ana Silva")
    await offer(mina, leo, theo.email, basis=PARENTAL)
    await guardians.accept_offer(theo.session, await row_of(theo.email), 1)
    await offer(mina, leo, ana.email, basis=PARENTAL)
    await agree(theo, leo, ana.email)
    await guardians.accept_offer(ana.session, await row_of(ana.email), 1)
    await offer(mina, leo, "kim@example.com")
    await agree(theo, leo, "kim@example.com")
    mail = await read(MailKind.ACCESS_CONSENT, "ana@example.com")
    assert "wants to give Kim" in mail.words
    theos = await run("SELECT failure FROM mail WHERE recipient = $1 AND kind = 'access-consent'", theo.email)
    assert {row["failure"] for row in theos} == {"no longer due"}


async def agree(guardian, portal, email):
    visit = await guardian.visit(portal)
    row = await access.person(visit, await row_of(email))
    await access.decide(visit, row.id, access.Decision(Status.CURRENT, Level.ADMINISTRATIVE, Role.VIEW, row.version))


@pytest.mark.parametrize("kind", MailKind)
async def test_a_subject_that_is_gone_is_told_to_nobody(outbox, office, kind):
    mina = await someone("Mina Park")
    await owe(kind, mina.portal, "mina@example.com")
    assert await not_sent(outbox, office, kind)


async def test_a_link_opens_only_what_it_was_made_for(read, settings):
    await sign_ups.begin("Mina", "mina@example.com", own_health=True, address="192.0.2.1")
    mail = await read(MailKind.CONFIRM_EMAIL, "mina@example.com")
    with pytest.raises(LinkClosed):
        mail.token("confirm-email", settings, Purpose.SET_UP)


@pytest.mark.parametrize("kind", MailKind)
def test_a_subject_names_nobody_and_nothing_of_anyones_health(kind):
    first = (EMAILS / f"{kinds.stem(kind)}.txt").read_text().splitlines()[0]
    said = re.findall(r'"([^"]+)"', first) if "{" in first else [first]
    assert said
    for subject in said:
        assert subject.isascii()
        assert len(subject) <= 60
        assert not HEALTH_WORDS.search(subject)
    assert not re.search(r"\b(asker|who|whose|giver|guardian|level|role)\b", first)


def test_every_kind_has_a_builder_and_both_templates():
    kinds.demand_builders()
    assert {builder.__module__ for builder in kinds.BUILDERS.values()} == {
        f"emails.{kinds.stem(kind)}" for kind in MailKind
    }


async def test_the_text_of_a_mail_says_the_same_words_as_its_html(read):
    _, theo = await someone("Mina Park"), await someone("Theo Almeida")
    await requests.ask(theo.session, asking("mina@example.com"))
    mail = await read(MailKind.ACCESS_REQUEST, "mina@example.com")
    html = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", mail.html)))
    for words in ("Theo Almeida", "theo@example.com", "View", "Clinical", "If you do nothing, they get no access."):
        assert words in mail.words
        assert words in html
    assert (await outbox_rows())["mina@example.com"]["sent_at"]
