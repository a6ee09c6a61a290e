"""What a phone has to download: exact, so it is the same at every run."""

import re
from typing import Any

import brotli

from tests.bench.site import Answer, Client

FRAGMENT: dict[str, Any] = {"HX_Request": "true", "HX_Request_Type": "partial"}
Row = tuple[str, str, str, str]
"""What was measured, the figure, the budget, the figure's part of the budget."""


def rows(port: int) -> list[Row]:
    """The Access page, its pop-ups and its swaps."""
    client = Client(port)
    client.log_in("mina")
    page = client.ask("GET", "/account/access")
    script = client.ask("GET", _script_of(page))
    edit = re.search(r'href="([^"]+/edit)" data-hx-get[^>]+Theo', _text(page))
    assert edit, "Theo's request is not on the page"
    pop_up = client.ask("GET", edit[1], **FRAGMENT)
    form = {"status": "Current", "level": "Clinical", "role": "View", "version": "1"}
    swap = client.ask("POST", edit[1].replace("/edit", "/decision"), form, **FRAGMENT)
    assert (page.status, script.status, pop_up.status, swap.status) == (200, 200, 200, 200)
    return [
        _row("Access page, HTML and CSS, before the first paint", page.size, 14_000),
        _row("Access page, first visit, all (2 requests)", page.size + script.size, 22_000),
        _row("The script (htmx and ours)", script.size, 16_000),
        _row("Edit access, the pop-up", pop_up.size, 1_000),
        _row("A row swap after Submit, with its message", swap.size, 1_000),
    ]


def _row(what: str, size: int, budget: int) -> Row:
    return what, f"{size:,} bytes", f"{budget:,}", f"{size / budget:.2f}"


def _text(page: Answer) -> str:
    return str(brotli.decompress(page.body), "utf-8")


def _script_of(page: Answer) -> str:
    found = re.search(r'<script src="([^"]+)"', _text(page))
    assert found, "the page has no script"
    return found[1]
