"""Bytes that no browser of ours sends: refused with a page, never a failure of ours (5xx). ASVS 2.2.1, 16.5.4."""

import random

from litestar.types import ASGIApp

from tests.cast import PASSWORD, someone
from tests.clinic import Clinic
from tests.web.fingerprint import fingerprint
from tests.web.wire import FORM, cookie_of, routes, send


async def test_addresses_that_are_not_sane(database: None, site: ASGIApp) -> None:
    """NUL, a segment longer than a file's name, bytes that are no UTF-8, dots and slashes."""
    mina = await someone("Mina Park")
    cookie, own = await cookie_of(mina.account), f"/portal/{mina.portal}"
    for target, status in {
        "/%00": 400, "/login?next=%00": 400, "/set-up/a%00b": 400, f"{own}/access%00": 400,
        f"/{'x' * 300}": 400, f"/set-up/{'x' * 300}": 400, f"/set-up/{'%F0%9F%98%80' * 70}": 400,
        f"/set-up/{'x' * 255}": 410, "/%ff%fe": 404, "/login?next=%ff%fe": 200, "/login?%ff=%ff": 200,
        "/static/../../settings.py": 404, "/static/%2e%2e/%2e%2e/settings.py": 404, "/static//etc/passwd": 404,
        "/./login": 404, "/login/..": 404, f"{own}/../{mina.portal}/access": 404,
        "/portal/not-an-id/access": 404, "/portal//access": 404, f"/portal/{str(mina.portal).upper()}/access": 200,
        f"/portal/{mina.portal.hex}/access": 200, f"/portal/{mina.portal}%20/access": 404,
        "/LOGIN": 404, "/login?next=a&next=b": 200, f"{own}/appointments?page=0": 404,
        f"{own}/appointments?page=-1": 404, f"{own}/appointments?page=x": 400,
        f"{own}/invoices?page=99999999999999999999": 404, f"{own}/appointments?page=1&page=2": 200,
    }.items():  # fmt: skip
        answer = await send(site, "GET", target, cookie=cookie)
        assert answer.status < 500, target
        assert answer.status in (status, 400, 404), (target, answer.status)


async def test_the_way_to_the_login_holds_no_address_that_is_not_sane(database: None, site: ASGIApp) -> None:
    """Decision 11: a practice's name in the address is anybody's text, and a header holds none of it."""
    for slug in ("%E2%80%AE", "%0d%0aX:1", "%ff", "a%20b", "..%5c", "%3Cb%3E"):
        answer = await send(site, "GET", f"/practice/{slug}")
        assert (answer.status, answer["location"], answer["x"]) == (303, "/login", ""), slug


async def test_bodies_that_are_not_sane(database: None, site: ASGIApp) -> None:
    """ASVS 15.3.7 (a field sent twice is an error, not one of the two), 5.2.1 (size), 4.1.4 (media types)."""
    mina = await someone("Mina Park")
    cookie, before = await cookie_of(mina.account), await fingerprint(without=set())
    multipart = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nMallory\r\n--b--\r\n'
    for about, kind, body, status in (
        ("NUL", FORM, b"name=Mal%00lory", 422),
        ("control characters", FORM, b"name=Mal%1b%5blory", 422),
        ("a surrogate", FORM, b"name=%ed%a0%80", 400),
        ("no UTF-8", FORM, b"name=%ff%fe", 400),
        ("raw bytes", FORM, b"name=\xff\xfe", 400),
        ("a field twice", FORM, b"name=Mallory&name=Eve", 422),
        ("a field as a list", FORM, b"name[]=Mallory", 422),
        ("too many fields", FORM, b"&".join(b"f%d=1" % n for n in range(300)), 400),
        ("too long", FORM, b"name=" + b"x" * 70_000, 413),
        ("too long a name", FORM, b"name=" + b"x" * 101, 422),
        ("nothing", FORM, b"", 422),
        ("only separators", FORM, b"&&&=&=", 422),
        ("multipart", "multipart/form-data; boundary=b", multipart, 415),
        ("multipart of a strange charset", 'multipart/form-data; boundary=b; charset="x-nothing"', multipart, 415),
        ("JSON", "application/json", b'{"name": "Mallory"}', 415),
        ("plain text", "text/plain", b"name=Mallory", 415),
        ("a type that is none", "\xff;;=", b"name=Mallory", 415),
        ("a header in the name", FORM, b"name=%3D%3Futf-8%3Fq%3F%3D0D%3D0ABcc%3A%3F%3D", 422),
    ):
        headers = {"content-type": kind}
        answer = await send(site, "POST", "/account/profile", cookie=cookie, headers=headers, body=body)
        assert answer.status == status, (about, answer.status)
    assert await fingerprint(without=set()) == before


async def test_fields_that_nobody_asked_for_change_nothing(database: None, site: ASGIApp) -> None:
    """ASVS 15.3.3."""
    mina = await someone("Mina Park")
    cookie = await cookie_of(mina.account)
    form = {"name": "Mina", "email": "mallory@example.com", "account": "x", "password_hash": "x", "id": "x"}
    before = await fingerprint(without={"event", "account"})
    assert (await send(site, "POST", "/account/profile", cookie=cookie, form=form)).status == 303
    assert await fingerprint(without={"event", "account"}) == before
    login = await send(site, "POST", "/login", form={"email": mina.email, "password": PASSWORD})
    assert login.status == 303


async def test_methods(database: None, site: ASGIApp) -> None:
    """ASVS 4.1.4, 13.4.4: HEAD reads as GET does and has no body; no method beyond the routes' is known."""
    mina = await someone("Mina Park")
    cookie = await cookie_of(mina.account)
    for target in ("/", "/login", "/account/access", f"/portal/{mina.portal}/access", "/nowhere", "/healthz"):
        got, head = [await send(site, method, target, cookie=cookie) for method in ("GET", "HEAD")]
        assert (head.status, head.body) == (got.status, b""), target
        assert head["content-type"] == got["content-type"], target
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "X"):
        refused = await send(site, method, "/login")
        assert refused.status == 405, method
        assert {"GET", "POST"} <= set(refused["allow"].replace(",", " ").split()), method
    told = await send(site, "OPTIONS", "/account/profile")
    assert (told.status, told.body) == (204, b"")
    assert "GET" in told["allow"]


async def test_headers_that_are_not_sane(database: None, site: ASGIApp) -> None:
    for cookie in (
        "__Host-session=", "__Host-session=\xff\xfe", "__Host-session=" + "x" * 5000, ";;;===;", '__Host-session="',
        "__Host-session=a; __Host-session=b", "__Host-device=x; __Host-link=y; __Host-flash=z", "__Host-link=\x01",
    ):  # fmt: skip
        for target in ("/account/access", "/login", "/set-up"):
            assert (await send(site, "GET", target, cookie=cookie)).status in (200, 303, 400, 410), cookie
    for name in ("accept-encoding", "user-agent", "hx-target", "hx-request-type", "accept", "content-length"):
        assert (await send(site, "GET", "/", headers={name: "\xff" * 300})).status in (200, 400), name


BREAKING = [
    "%00", "%ff", "..", "%2e%2e%2f", "'", '"', "<b>", "{{7*7}}", "%0d%0aX:1", "-1", "9" * 30, "%F0%9F%98%80",
    "%ED%A0%80", "a" * 256, ";", "&", "=", "%", "%zz", "null", "0.5e9", "%e2%80%ae",
]  # fmt: skip


async def test_a_thousand_generated_requests(database: None, site: ASGIApp) -> None:
    """Every route with pieces that break parsers, in places where they do: no answer is a failure of ours."""
    mina, chance = await someone("Mina Park"), random.Random(1)
    clinic = await Clinic.open(mina.portal)
    owner = await clinic.hire("Olga Owens", owner=True)
    cookies = [await cookie_of(mina.account), await cookie_of(owner.account)]
    known_slug, known_ids = "harbour-street-clinic", [mina.portal, clinic.patient, clinic.practitioner]
    known = [route for route in routes(site) if not route.path.startswith(("/qa", "/logout"))]
    for _ in range(1000):
        route = chance.choice(known)
        cookie = cookies["slug" in route.names]
        ids = {name: chance.choice([*known_ids, chance.choice(BREAKING)]) for name in route.names}
        ids["slug"] = chance.choice([known_slug, known_slug, chance.choice(BREAKING)])
        query = "".join(chance.choices([*BREAKING, "page=", "next=", "&"], k=chance.randint(0, 4)))
        body = "&".join(
            f"{chance.choice(['name', 'email', 'password', 'level', 'version', 'kind', 'happened_on', '%ff'])}={piece}"
            for piece in chance.choices(BREAKING, k=chance.randint(0, 5))
        ).encode()
        target = f"{route.filled(ids)}?{query}" if query else route.filled(ids)
        answer = await send(site, route.method, target, cookie=cookie, body=body if route.method == "POST" else b"")
        assert answer.status < 500, (str(route), target, body)
