"""Every kind of mail, caused through the site by people whose every text is a canary: none tells anything of a record,
and no subject names anybody. ASVS 14.2.6."""

import re
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import pytest
from litestar.types import ASGIApp

from db.engine import run
from demo.people import known_id
from domain import clock
from domain.guardians import BASES_FOR_ADULTS
from domain.mail import MailKind
from emails.compose import compose
from emails.kinds import BUILDERS
from emails.letter import Owed
from settings import Settings
from tests.web.canaries import WORD, found
from tests.web.household import Household
from tests.web.wire import Answer, send

NAMES = {"portal.name", "portal.preferred_name", "account.name", "account.email", "access.name", "access.email",
         "access.relationship"}  # fmt: skip
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


async def _cause_every_kind(household: Household) -> AsyncIterator[None]:
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
    async for _ in _cause_every_kind(household):
        rows = await run("DELETE FROM mail RETURNING *")
        async for kind, headers, bodies in _written(settings, rows):
            fields = {canary.field for _, canary in found(bodies, household.planted)}
            assert fields <= NAMES, kind
            assert not WORD.search(headers), kind
            assert not WORD.search(" ".join(re.findall(r"https://\S+", bodies))), kind
            kinds.add(kind)
            told |= fields
    assert kinds == set(MailKind)
    assert "account.name" in told
