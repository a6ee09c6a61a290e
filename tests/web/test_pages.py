"""Every page, pop-up and piece against the house's conventions: ARCHITECTURE, Style."""

import re
from pathlib import Path

import asyncpg
import pytest
from litestar.types import ASGIApp

from db.embedded_server import Addresses
from settings import Settings
from tests.conftest import EMPTY
from tests.web.every_page import Drawn, every_page, linked
from tests.web.household import Household
from tests.web.markup import faults
from web.static import build

WEB = Path(__file__).parent.parent.parent / "web"


@pytest.fixture(scope="module")
async def drawn(engine: None, addresses: Addresses, settings: Settings, site: ASGIApp) -> list[Drawn]:
    connection = await asyncpg.connect(addresses.owner_database_url)
    await connection.execute(EMPTY)
    await connection.close()
    household = await Household.settle(site, settings)
    return [drawn async for drawn in every_page(household, settings)]


def test_every_page_is_valid_and_whole(drawn: list[Drawn], site: ASGIApp, settings: Settings) -> None:
    """One h1 with which the title starts, a language, ids once, labels, links that lead somewhere, nothing inline.

    ASVS 1.2.1: every text that somebody typed has a tag and quotes in it, and they stay text.
    """
    static = build(settings.var)
    leads_somewhere = linked(site, static)
    wrong: dict[str, str] = {}
    for about, _, answer in drawn:
        whole = answer.text.startswith("<!doctype html>")
        for fault in faults(answer.text, leads_somewhere, static if whole else None):
            wrong.setdefault(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", fault), about)
    assert not wrong, "\n".join(f"{fault}: {about}" for fault, about in wrong.items())
    assert len(drawn) > 200


def test_errors_in_a_form_stand_in_the_title_and_in_a_summary(drawn: list[Drawn]) -> None:
    sent_back = [d.answer.text for d in drawn if d.answer.status == 422 and d.answer.text.startswith("<!doctype")]
    assert sent_back
    for text in sent_back:
        assert "<title>Error: " in text
        assert re.search(r'role="alert"[^>]*id="errors"', text)


def test_what_goes_wrong_turns_the_whole_page(drawn: list[Drawn]) -> None:
    """A fragment's error is no fragment: it would be swapped into the middle of a page."""
    wrong = [d for d in drawn if d.partial and d.answer.status in (400, 403, 404, 405, 410, 413, 415, 429)]
    assert wrong
    for about, _, answer in wrong:
        assert answer.text.startswith("<!doctype html>"), about
        assert answer["hx-retarget"] == "body", about
        assert answer["hx-reswap"] == "outerHTML", about


def test_a_piece_is_named_after_its_file() -> None:
    """What a fragment's root element has as id starts with its file's name, and is what htmx swaps."""
    named = {
        name
        for path in (WEB / "pages").rglob("*.py")
        for name in re.findall(r"fragment=\"([a-z-]+)\"", path.read_text())
    }
    assert named
    for name in named:
        source = (WEB / "partials" / f"{name}.html").read_text()
        root = re.search(r"<\w+[^>]*\bid=\"([^\"]+)\"", source)
        assert root, name
        assert root.group(1).startswith(name), name
        assert root.group(0).split()[0][1:] == str(re.findall(r"<(\w+)", source)[0]), name


def test_no_source_uses_what_the_policy_or_the_checker_refuses() -> None:
    """htmx's attributes as data-hx-…, nothing inline, nothing that would need eval. ASVS 3.4.3."""
    for path in WEB.rglob("*.html"):
        for tag in re.findall(r"<[a-z][^>]*>", path.read_text()):
            assert not re.search(r"\s(hx-|on[a-z]+=|style=)", tag), path
            assert not re.search(r"data-hx-(on|vals|vars|headers)|js:|javascript:", tag), path
