"""A double click, a reload, a second tab: sent twice, done once. ASVS 2.3.4, 15.4.2."""

import asyncio

from litestar.types import ASGIApp

from db.engine import run
from tests.cast import Someone, someone
from tests.web.wire import Answer, cookie_of, send

ASKING = {"name": "Mina", "relationship": "Friend", "level": "Clinical", "role": "View", "own_login": "yes"}
AT_ONCE = 8


async def _at_once(site: ASGIApp, target: str, cookie: str, form: dict[str, object]) -> list[Answer]:
    return list(await asyncio.gather(*(send(site, "POST", target, cookie=cookie, form=form) for _ in range(AT_ONCE))))


async def _mails(kind: str) -> int:
    return len(await run("SELECT FROM mail WHERE kind = $1", kind))


async def _asked(site: ASGIApp) -> tuple[Someone, Someone, dict[str, object]]:
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    form: dict[str, object] = {**ASKING, "email": mina.email}
    answers = await _at_once(site, "/account/access/patients", await cookie_of(theo.account), form)
    assert sorted(answer.status for answer in answers) == [303] + [422] * (AT_ONCE - 1)
    [row] = await run("SELECT id, version FROM access")
    return mina, theo, row


async def test_a_request_is_made_once(database: None, site: ASGIApp) -> None:
    await _asked(site)
    assert len(await run("SELECT FROM access")) == 1
    assert await _mails("access-request") == 1


async def test_a_grant_is_made_once(database: None, site: ASGIApp) -> None:
    """The form carries the row's version: whoever comes second is shown how it stands."""
    mina, _, row = await _asked(site)
    form = {"status": "Current", "level": "Clinical", "role": "View", "version": row["version"]}
    target = f"/portal/{mina.portal}/access/{row['id']}/decision"
    answers = await _at_once(site, target, await cookie_of(mina.account), form)
    assert {answer.status for answer in answers} <= {303, 409}
    assert [answer.status for answer in answers].count(303) == 1
    assert await _mails("access-decision") == 1
    assert await _mails("access-widened") == 1
    assert len(await run("SELECT FROM event WHERE kind = 'access:grant'")) == 1


async def test_a_new_name_twice_is_the_same_name(database: None, site: ASGIApp) -> None:
    mina = await someone("Mina Park")
    answers = await _at_once(site, "/account/profile", await cookie_of(mina.account), {"name": "Mina Kim"})
    assert {answer.status for answer in answers} == {303}
    assert await run("SELECT name FROM account") == [{"name": "Mina Kim"}]


async def test_logging_out_twice_ends_at_the_login(database: None, site: ASGIApp) -> None:
    mina = await someone("Mina Park")
    answers = await _at_once(site, "/logout", await cookie_of(mina.account), {})
    assert {(answer.status, answer["location"]) for answer in answers} == {(303, "/login")}
    assert await run("SELECT FROM session") == []
