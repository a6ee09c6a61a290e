"""The site as people run it, `kith demo`, and browsers as people have them: with and without JavaScript, phone and
desk. Each test begins on the cast's first day."""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.demo_process import eventually, running
from tests.e2e.journey import PASSWORD, email_of, well_made
from tests.install_browser import on_path

expect.set_options(timeout=10_000)
REACHES_NO_OTHER_MACHINE = (
    "--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
    "--disable-sync", "--no-first-run", "--disable-gpu",
)  # fmt: skip


@dataclass(frozen=True)
class Manner:
    """How somebody uses the web."""

    javascript: bool
    width: int

    def __str__(self) -> str:
        return f"{'with' if self.javascript else 'without'}-javascript-{self.width}"


MANNERS = [Manner(javascript, width) for javascript in (True, False) for width in (360, 1280)]
crosswise = pytest.mark.parametrize("manner", [Manner(True, 360), Manner(False, 1280)], indirect=True, ids=str)
"""For a side path, or pages that other journeys see in all four: with and without JavaScript, phone and desk, but not
all four together."""


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of a demo with a data folder of its own, one for all tests of a process."""
    with tempfile.TemporaryDirectory(prefix="kith-e2e-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with running(Path(folder) / "var") as demo:
            yield f"http://127.0.0.1:{demo.port}"


@pytest.fixture(scope="session")
def qa(site: str) -> Iterator[httpx.Client]:
    """The QA room, by script."""
    with httpx.Client(base_url=site, timeout=30) as client:
        yield client


@pytest.fixture(autouse=True)
def cast(qa: httpx.Client) -> dict[str, Any]:
    """The first day of the cast: names, emails and ids, as /qa/cast.json gives them."""
    known: dict[str, Any] = qa.post("/qa/reset", json={}).raise_for_status().json()
    assert known["password"] == PASSWORD
    return known


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = on_path()
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    place = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **place, "args": [*REACHES_NO_OTHER_MACHINE, *sandbox]}


@pytest.fixture(params=MANNERS, ids=str)
def manner(request: pytest.FixtureRequest) -> Manner:
    found: Manner = request.param
    return found


@pytest.fixture
def browser_context_args(manner: Manner, site: str) -> dict[str, Any]:
    return {
        "base_url": site,
        "java_script_enabled": manner.javascript,
        "viewport": {"width": manner.width, "height": 780},
        "locale": "en-AU",
        "timezone_id": "Australia/Sydney",
    }


@pytest.fixture
def visitor(new_context: Callable[..., BrowserContext]) -> Iterator[Callable[[], Page]]:
    """Somebody comes with a browser of their own. None of them may meet a script that fails, something that the
    content security policy stops, or a defect of the server."""
    trouble: list[str] = []

    def comes() -> Page:
        context = new_context()
        context.set_default_timeout(10_000)
        context.on("weberror", lambda error: trouble.append(str(error.error)))
        context.on(
            "console",
            lambda said: (
                trouble.append(said.text)
                if said.type == "error" and "Failed to load resource" not in said.text
                else None
            ),
        )
        context.on(
            "response",
            lambda answer: trouble.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
        )
        return context.new_page()

    yield comes
    assert trouble == []


@pytest.fixture
def logged_in(visitor: Callable[[], Page], qa: httpx.Client) -> Callable[[str], Page]:
    """Somebody of the cast, by their short name, with a browser of their own that has logged in already: journeys that
    are about that use the form."""

    def comes(short: str) -> Page:
        page, form = visitor(), {"email": email_of(short), "password": PASSWORD}
        answer = qa.post("/login", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        qa.cookies.clear()
        assert answer.status_code == 303
        page.context.add_cookies([
            {"name": cookie.name, "value": str(cookie.value), "domain": "127.0.0.1", "path": "/", "secure": True,
             "httpOnly": True, "sameSite": "Lax"}
            for cookie in answer.cookies.jar
        ])  # fmt: skip
        page.goto(answer.headers["location"])
        well_made(page)
        return page

    return comes


@pytest.fixture
def open_mail(qa: httpx.Client) -> Callable[[Page, str, str], None]:
    """Opens the newest mail to an email with this subject that was not opened before, once it has come."""
    opened: set[str] = set()

    def newest(to: str, subject: str) -> str | None:
        mails = [mail for mail in qa.get("/qa/mailbox.json").json() if mail["id"] not in opened]
        return next((mail["id"] for mail in mails if mail["subject"] == subject and to in mail["to"]), None)

    def open_it(page: Page, to: str, subject: str) -> None:
        assert eventually(lambda: newest(to, subject) is not None, 15), f"no mail to {to}: {subject}"
        mail = str(newest(to, subject))
        opened.add(mail)
        page.goto(f"/qa/mailbox/{mail}")
        expect(page.get_by_role("heading", name=subject)).to_be_visible()
        well_made(page)

    return open_it


@pytest.fixture
def time_passes(qa: httpx.Client) -> Callable[[str], None]:
    """Moves the clock of the whole site on by a duration such as P14D."""

    def pass_(duration: str) -> None:
        qa.post("/qa/clock.json", json={"advance": duration}).raise_for_status()

    return pass_
