"""Every kind of mail, caused through the site by people whose every text is a canary: none tells anything of a record,
and no subject names anybody. ASVS 14.2.6."""

import re
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import SMTP
from typing import Any
from uuid import UUID, uuid5

import pytest
from litestar.types import ASGIApp

from db.engine import run
from demo.people import known_id
from domain import clock, places, tokens
from domain.guardians import BASES_FOR_ADULTS
from domain.mail import MailKind
from domain.tokens import Purpose
from emails.compose import compose
from emails.kinds import BUILDERS
from emails.letter import Owed
from settings import Settings
from tests.domain import inviting_many
from tests.web.canaries import WORD, found
from tests.web.household import Household
from tests.web.wire import Answer, send

NAMES = {"portal.name", "portal.preferred_name", "account.name", "account.email", "access.name", "access.email",
         "access.relationship", "practice.name", "practice.phone"}  # fmt: skip
OF_THE_INVITED = {"patient.first_name", "patient.preferred_name"}
"""What an invitation calls the patient by."""
INVITING = (MailKind.INVITATION, MailKind.FAMILY_INVITATION)
ASKED = {"relationship": "Friend", "level": "Clinical", "role": "View"}


@pytest.fixture
async def household(database: None, settings: Settings, site: ASGIApp) -> Household:
    return await Household.settle(site, settings)


async def _email(who: str) -> str:
    [row] = await run("SELECT email FROM account WHERE id = $1", known_id("account", who))
    return str(row["email"])


async def _post(household: Household, sender: str, target: str, **form: object) -> Answer:
    cookie = f"__Host-session={household.tokens[sender]}" if sender else ""
    return await send(household.site, "POST", target, cookie=cookie, form=form)


async def _cause_every_kind(household: Household, settings: Settings) -> AsyncIterator[None]:
    """Stops wherever a mail is owed that what comes next would make needless."""
    mina, leo = (f"/portal/{household.ids[whose]['portal']}/access" for whose in ("mina", "leo"))
    asked = {"name": "Somebody", "own_login": "yes", **ASKED}
    await _post(household, "zed", "/account/access/patients", email=await _email("mina"), **asked)
    await _post(household, "zed", "/account/access/patients", email="nobody.yet@example.com", **asked)
    zed = known_id("account", "zed")
    [row] = await run("SELECT id, version FROM access WHERE account = $1 AND portal IS NOT NULL", zed)
    yield
    decision = {"status": "Current", "version": row["version"], "level": "Clinical", "role": "Edit"}
    await _post(household, "mina", f"{mina}/{row['id']}/decision", **decision)
    offer = {"name": "Nell", "email": "nell@example.com", "guardian": "yes", **ASKED, "basis": BASES_FOR_ADULTS[0]}
    await _post(household, "mina", f"{leo}/offers", **offer)
    yield
    await run("UPDATE access SET account = $1, status = 'Current' WHERE email_key = 'nell@example.com'", zed)
    await _post(household, "mina", f"{leo}/offers", **{**offer, "email": "third@example.com", "guardian": "no"})
    await _post(household, "", "/forgot-password", email=await _email("mina"))
    for email in (await _email("mina"), "new@example.com"):
        await _post(household, "", "/sign-up", who="me", name="Somebody", email=email)
    changed = {"password": "lantern orchard 42", "new_password": "four quiet green ferries"}
    await _post(household, "kim", "/account/security", **changed)
    yield
    async for _ in _cause_those_of_a_practice(household, settings):
        yield


async def _cause_those_of_a_practice(household: Household, settings: Settings) -> AsyncIterator[None]:
    clinic, nadia = "/practice/harbour-street", known_id("patient", "nadia")
    asked = {"role_type": "Administrator", "level": "Clinical Access"}
    for email in ("new.here@example.com", await _email("zed")):
        await _post(household, "amara", f"{clinic}/settings/users", name="Somebody", email=email, **asked)
    sent = {"email": await _email("jun"), "confirm_email": await _email("jun"), "message": "Dear [Patient First Name]"}
    await run("UPDATE patient SET portal = NULL WHERE portal = $1", known_id("portal", "jun"))
    await _post(household, "amara", f"{clinic}/patients/{nadia}/invitations", **sent)
    mina = {"phone": "0491 570 999", "name": "Mina", "version": (await _version("portal", "mina"))}
    await _post(household, "mina", f"/portal/{known_id('portal', 'mina')}/profile", **mina)
    yield
    await _link_jun(household, settings, nadia)
    yield
    waiting = "SELECT id, version FROM patient_update WHERE state = 'Waiting' AND patient = $1"
    [update] = await run(waiting, known_id("patient", "mina"))
    decided = {"all": "reject", "version": update["version"], "patient_version": await _version("patient", "mina")}
    await _post(household, "amara", f"{clinic}/updates/{update['id']}/decision", **decided)
    mark = uuid5(nadia, known_id("portal", "jun").hex)
    await _post(household, "amara", f"{clinic}/patients/{nadia}/unlinking", mark=mark)
    yield
    await _invite_siblings()
    yield


async def _invite_siblings() -> None:
    """Two children with one email, whom Amara has chosen in a report."""
    patients = [known_id("patient", short) for short in ("ana", "beto")]
    await run(
        "UPDATE patient SET email = 'siblings@example.com', email_key = 'siblings@example.com', active = true,"
        " birth_date = '2018-01-01', deceased_on = NULL, portal = NULL WHERE id = ANY ($1)",
        patients,
    )
    cancelled = "UPDATE invitation SET state = 'Cancelled' WHERE patient = ANY ($1) AND state = 'Pending'"
    await run(cancelled, patients)
    place = await places.place(known_id("account", "amara"), "Amara", "harbour-street")
    await inviting_many.invite(place, await inviting_many.report_of(place, patients))


async def _version(table: str, short: str) -> int:
    [row] = await run(f"SELECT version FROM {table} WHERE id = $1", known_id(table, short))
    return int(row["version"])


async def _link_jun(household: Household, settings: Settings, patient: UUID) -> None:
    """Jun confirms what a practice sent to his email."""
    [row] = await run("SELECT id, link_version FROM invitation WHERE patient = $1 AND state = 'Pending'", patient)
    [born] = await run("SELECT birth_date FROM patient WHERE id = $1", patient)
    await run("UPDATE portal SET birth_date = $2 WHERE id = $1", known_id("portal", "jun"), born["birth_date"])
    token = tokens.sign(Purpose.INVITATION, row["id"], row["link_version"], settings.secret_keys)
    answer = {"link": row["id"].hex, "guardian": "no", "sure": "yes", "birth_date": f"{born['birth_date']:%d/%m/%Y}"}
    cookie = f"__Host-session={household.tokens['jun']}; __Host-link={token}"
    await send(household.site, "POST", "/invitations/confirmation", cookie=cookie, form=answer)


async def _written(settings: Settings, rows: list[dict[str, Any]]) -> AsyncIterator[tuple[MailKind, str, str]]:
    """Each mail as it goes out: kind, headers but To, bodies."""
    for row in rows:
        owed = Owed(row["id"], MailKind(row["kind"]), row["subject"], row["recipient"], row["created_at"], 1)
        letter = await BUILDERS[owed.kind](owed, settings)
        message = message_from_bytes(compose(letter, owed, settings.mail_from, clock.now()), policy=SMTP)
        headers = "\n".join(f"{name}: {value}" for name, value in message.items() if name != "To")
        yield owed.kind, headers, " ".join(part.get_content() for part in message.iter_parts())


async def test_no_mail_tells_anything_of_a_record(household: Household, settings: Settings) -> None:
    kinds, told = set(), set()
    async for _ in _cause_every_kind(household, settings):
        rows = await run("SELECT * FROM mail")
        async for kind, headers, bodies in _written(settings, rows):
            fields = {canary.field for _, canary in found(bodies, household.planted)}
            assert fields - (OF_THE_INVITED if kind in INVITING else set()) <= NAMES, kind
            assert not WORD.search(headers), kind
            assert not WORD.search(" ".join(re.findall(r"https://\S+", bodies))), kind
            kinds.add(kind)
            told |= fields
        await run("DELETE FROM mail")
    assert kinds == set(MailKind)
    assert "account.name" in told
