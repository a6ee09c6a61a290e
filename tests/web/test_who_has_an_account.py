"""Nobody learns from Kith who has an account: the same words and status, whoever asks about whom. ASVS 6.3.8."""

import re

from litestar.types import ASGIApp

from db.engine import run
from tests.cast import PASSWORD, someone
from tests.web.wire import Answer, cookie_of, send

TAKEN, FREE = "theo@example.com", "thea@example.com"


def _said(answer: Answer, email: str) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, body and headers, with the email that was typed as …, and without what is signed anew each time."""
    signed = re.compile(r"(__Host-\w+)=[^;]+")
    headers = [(name, signed.sub(r"\1=…", value)) for name, value in answer.headers if name != "content-length"]
    return answer.status, answer.text.replace(email, "…"), headers


async def test_login_forgotten_password_and_sign_up_say_the_same(database: None, site: ASGIApp) -> None:
    await someone("Theo Almeida")
    for target, form in (
        ("/login", {"password": "guess number nine"}),
        ("/forgot-password", {}),
        ("/sign-up", {"who": "me", "name": "Thea"}),
        ("/sign-up", {"who": "carer", "name": "Thea"}),
    ):
        answers = [_said(await send(site, "POST", target, form={**form, "email": e}), e) for e in (TAKEN, FREE)]
        assert answers[0] == answers[1], target
    kinds = {(row["kind"], row["recipient"]) for row in await run("SELECT kind, recipient FROM mail")}
    assert kinds == {
        ("password-reset", TAKEN), ("already-signed-up", TAKEN), ("confirm-email", FREE)
    }  # fmt: skip


async def test_add_patient_says_the_same_and_shows_the_same_row(database: None, site: ASGIApp) -> None:
    """Decision 6: whether or not the email has a portal, or an account without one."""
    await someone("Theo Almeida")
    await someone("Kim Sato", portal=False)
    form = {"name": "Thea", "relationship": "Friend", "level": "Clinical", "role": "View", "own_login": "yes"}
    pages = []
    for number, email in enumerate((TAKEN, FREE, "kim@example.com")):
        asker = await someone(f"Asker{number} Jones")
        cookie = await cookie_of(asker.account)
        done = await send(site, "POST", "/account/access/patients", cookie=cookie, form={**form, "email": email})
        flash = f"{cookie}; __Host-flash={done.cookie('__Host-flash')}"
        status, text, headers = _said(await send(site, "GET", "/account/access", cookie=flash), email)
        text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[Aa]sker\d", "…", text)
        pages.append((done.status, done["location"], status, text, headers))
    assert pages[0] == pages[1] == pages[2]
    assert "We have written to …" in pages[0][3]


async def test_a_denial_looks_like_waiting_to_the_one_who_asked(database: None, site: ASGIApp) -> None:
    """Decision 2: until day 14 it reads Pending, and no mail tells."""
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    cookie, owner = await cookie_of(theo.account), await cookie_of(mina.account)
    form = {"name": "Mina", "relationship": "Spouse", "level": "Clinical", "role": "View", "own_login": "yes"}
    await send(site, "POST", "/account/access/patients", cookie=cookie, form={**form, "email": mina.email})
    waiting = await send(site, "GET", "/account/access", cookie=cookie)
    [row] = await run("SELECT id, version FROM access")
    await run("DELETE FROM mail")
    denial = {"status": "Disabled", "level": "Clinical", "role": "View", "version": row["version"]}
    answer = await send(site, "POST", f"/portal/{mina.portal}/access/{row['id']}/decision", cookie=owner, form=denial)
    assert answer.status == 303
    assert (await send(site, "GET", "/account/access", cookie=cookie)).body == waiting.body
    assert await run("SELECT FROM mail") == []


async def test_a_login_takes_its_password_from_the_right_account_alone(database: None, site: ASGIApp) -> None:
    """An empty or absent password, or another's, opens nothing."""
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    await run("UPDATE account SET password_hash = $2 WHERE id = $1", theo.account, "no hash")
    for password in ("", " ", "no hash", PASSWORD):
        form = {"email": theo.email, "password": password}
        assert (await send(site, "POST", "/login", form=form)).status == 422
    form = {"email": f" {mina.email.upper()} ", "password": PASSWORD}
    assert (await send(site, "POST", "/login", form=form)).status == 303
