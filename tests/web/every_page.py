"""All that the site draws: every page, pop-up and piece of portals and practices, empty forms sent back with their
errors, mailed links opened, and the pages of what goes wrong."""

import re
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

from db.engine import run
from demo.people import known_id
from domain import clock, tokens
from domain.tokens import Purpose
from settings import Settings
from tests.web.household import Household, undone
from tests.web.practice_household import HARBOUR, PracticeHousehold
from tests.web.wire import Answer, Route, routes, send
from web.static import Static

PARTIAL = {"hx-request": "true", "hx-request-type": "partial"}
VISITS = (("mina", "mina"), ("mina", "leo"), ("jun", "mina"), ("kim", "jun"), ("amara", "mina"), ("", "mina"))
"""Who looks, and at whose portal: its owner, a guardian, Administrative, Clinical, a stranger who works, nobody."""


class Drawn(NamedTuple):
    """One answer, and how it came about."""

    about: str
    partial: bool
    answer: Answer


class MailedLink(NamedTuple):
    """The token of a link, and the row that it names, which the forms of its page carry."""

    token: str
    row: str


def linked(site: object, static: Static) -> Callable[[str, str], bool]:
    """Tells whether a method and an address in a page lead to a route, or to a static file that is there."""
    known = [(route.method, re.sub(r"\{\w+\}", "[^/]+", re.escape(route.path).replace(r"\{", "{").replace(r"\}", "}")))
             for route in routes(site)]  # fmt: skip
    return lambda method, address: (
        (static.folder / address.removeprefix("/static/")).is_file()
        if address.startswith("/static/")
        else any(
            method == m and re.fullmatch(path, re.split(r"[?#]", address)[0].rstrip("/") or "/") for m, path in known
        )
    )


async def every_page(household: Household, settings: Settings) -> AsyncIterator[Drawn]:
    """Each answer with a body that is HTML."""
    async for drawn in _everything(household, settings):
        if drawn.answer.body and drawn.answer["content-type"].startswith("text/html"):
            yield drawn


async def _everything(household: Household, settings: Settings) -> AsyncIterator[Drawn]:
    for who, whose in VISITS:
        for route in routes(household.site):
            if (whose == "mina" or "{portal}" in route.path) and not _resets(route) and "{slug}" not in route.path:
                for partial in (False, True):
                    yield await _asked(household, route, who, whose, partial=partial)
    async for drawn in _practices(household):
        yield drawn
    async for drawn in _mailed_links(household, settings):
        yield drawn
    async for drawn in _what_goes_wrong(household):
        yield drawn


WORKERS = (("amara", "leo"), ("amara", "mina"), ("amara", "ana"), ("rhys", "jun"), ("bea", "mina"), ("tom", "mina"))
"""Who looks, and at which patient: an owner at a child with guardians, at one with a portal and one without, a
practitioner with Personal Access, an administrator, and one without names."""


async def _practices(household: Household) -> AsyncIterator[Drawn]:
    practices = PracticeHousehold.of(household)
    for who, whose in WORKERS:
        account = known_id("account", who)
        ids = await practices.ids(HARBOUR, known_id("patient", whose)) | await practices.mine(HARBOUR, account)
        await practices.run_reports(HARBOUR, household.tokens[who], account)
        for route in practices.routes:
            for partial in (False, True):
                answer = await practices.ask(route, ids, household.tokens[who], partial=partial)
                yield Drawn(f"{route} of {whose} as {who}{' (partial)' if partial else ''}", partial, answer)


def _resets(route: Route) -> bool:
    return route.path.startswith("/qa") and route.method != "GET"


async def _asked(household: Household, route: Route, who: str, whose: str, *, partial: bool) -> Drawn:
    cookie = f"__Host-session={household.tokens[who]}" if who else ""
    target = route.filled({**household.ids[whose], "mail": "1"})
    async with undone():
        answer = await send(
            household.site, route.method, target, cookie=cookie, headers=PARTIAL if partial else {}
        )  # fmt: skip
    return Drawn(f"{route} of {whose} as {who or 'nobody'}{' (partial)' if partial else ''}", partial, answer)


async def links(household: Household, settings: Settings) -> dict[str, MailedLink]:
    """A mailed link of each purpose that is open, by its page."""
    cookie = f"__Host-session={household.tokens['zed']}"
    asking = {"name": "Nell", "relationship": "Friend", "level": "Clinical", "role": "View", "own_login": "yes"}
    for email in ("new@example.com", "kim@example.com"):
        await send(household.site, "POST", "/account/access/patients", cookie=cookie, form={**asking, "email": email})
    offer = {**asking, "email": "nell@example.com", "guardian": "no"}
    leo = f"/portal/{known_id('portal', 'leo')}/access/offers"
    await send(household.site, "POST", leo, cookie=f"__Host-session={household.tokens['mina']}", form=offer)
    await _members_and_patients_are_asked(household)
    sign_up = {"who": "me", "name": "Nell", "email": "nell@example.com"}
    await send(household.site, "POST", "/sign-up", form=sign_up)
    [mina] = await run("SELECT email FROM account WHERE id = $1", known_id("account", "mina"))
    await send(household.site, "POST", "/forgot-password", form=mina)
    found = {}
    for page, purpose, query in (
        ("/set-up", Purpose.SET_UP, "SELECT id, link_version FROM access WHERE email_key = 'new@example.com'"),
        ("/access-offers", Purpose.ACCESS_OFFER, "SELECT id, link_version FROM access WHERE offered"),
        ("/confirm-email", Purpose.CONFIRM_EMAIL, "SELECT id, link_version FROM sign_up"),
        ("/reset-password", Purpose.RESET_PASSWORD, "SELECT id, link_version FROM password_reset"),
        (
            "/invitations",
            Purpose.INVITATION,
            "SELECT id, link_version FROM invitation WHERE email_key = 'a@example.com'",
        ),
        (
            "/family-invitations",
            Purpose.FAMILY_INVITATION,
            "SELECT id, link_version FROM family_invitation WHERE email_key = 'f@example.com'",
        ),
        ("/joining", Purpose.JOINING, "SELECT id, link_version FROM member WHERE email_key = 'b@example.com'"),
    ):
        [row] = await run(query)
        token = tokens.sign(purpose, row["id"], row["link_version"], settings.secret_keys)
        found[page] = MailedLink(token, row["id"].hex)
    return found


_FAMILY = (
    "INSERT INTO family_invitation (id, practice, email, email_key, message, sent_by, created_at, sent_at, expires_at)"
    " VALUES (gen_random_uuid(), $2, 'f@example.com', 'f@example.com', 'Come <i>in</i>', $3, $1, $1,"
    " $1::timestamptz + interval '14 days')"
)
_OF_IT = (
    "INSERT INTO invitation (id, practice, patient, email, email_key, message, state, sent_by, created_at, sent_at,"
    " expires_at, family) SELECT gen_random_uuid(), f.practice, p.id, f.email, f.email_key, f.message, 'Pending',"
    " f.sent_by, f.created_at, f.sent_at, f.expires_at, f.id FROM family_invitation f JOIN patient p"
    " ON p.id = ANY ($1) WHERE f.email_key = 'f@example.com' ON CONFLICT DO NOTHING"
)


async def _members_and_patients_are_asked(household: Household) -> None:
    """Dr Okafor invites Ana, whom her mother will speak for, and asks somebody to work with her."""
    cookie = f"__Host-session={household.tokens['amara']}"
    await run("UPDATE patient SET email = 'x@example.com' WHERE id = $1", known_id("patient", "ana"))
    invited = {"email": "a@example.com", "confirm_email": "a@example.com", "message": "Come <i>in</i>"}
    await send(
        household.site, "POST", f"/practice/{HARBOUR}/patients/{known_id('patient', 'ana')}/invitations",
        cookie=cookie, form=invited,
    )  # fmt: skip
    await run(_FAMILY, clock.now(), known_id("practice", HARBOUR), known_id("account", "amara"))
    await run(_OF_IT, [known_id("patient", short) for short in ("beto", "caro")])
    asked = {"name": "Nell", "email": "b@example.com", "role_type": "Practitioner", "level": "Clinical Access"}
    modules = dict.fromkeys(("has_calendar", "has_patients", "has_invoices", "has_reports", "has_invitations"), "yes")
    answer = await send(
        household.site, "POST", f"/practice/{HARBOUR}/settings/users", cookie=cookie, form={**asked, **modules}
    )
    assert answer.status == 303, answer.text


async def _mailed_links(household: Household, settings: Settings) -> AsyncIterator[Drawn]:
    async with undone():
        for page, link in (await links(household, settings)).items():
            for who in ("", "zed"):
                cookie = f"__Host-link={link.token}" + (f"; __Host-session={household.tokens[who]}" if who else "")
                for method in ("GET", "POST"):
                    form = {"link": link.row} if method == "POST" else None
                    answer = await send(household.site, method, page, cookie=cookie, form=form)
                    yield Drawn(f"{method} {page} with its link as {who or 'nobody'}", False, answer)


async def _what_goes_wrong(household: Household) -> AsyncIterator[Drawn]:
    mina = {"cookie": f"__Host-session={household.tokens['mina']}"}
    for about, method, target, more in (
        ("no such address", "GET", "/nowhere", {}),
        ("no such method", "DELETE", "/login", {}),
        ("no form", "POST", "/account/profile", {"headers": {"content-type": "text/plain"}, "body": b"x", **mina}),
        ("a form too long", "POST", "/login", {"body": b"x=" + b"y" * 70_000}),
        ("NUL", "GET", "/login?x=%00", {}),
        ("another site", "POST", "/login", {"headers": {"sec-fetch-site": "cross-site"}}),
        ("a link that is none", "GET", "/set-up/nothing", {}),
    ):
        for headers in ({}, PARTIAL):
            given = {**more, "headers": {**headers, **more.get("headers", {})}}  # type: ignore[dict-item]
            yield Drawn(about, bool(headers), await send(household.site, method, target, **given))  # type: ignore[arg-type]
    async with undone():
        for _ in range(4):
            answer = await send(household.site, "POST", "/forgot-password", form={"email": "nobody@example.com"})
        yield Drawn("too many", False, answer)
