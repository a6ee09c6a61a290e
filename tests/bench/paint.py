"""When the Access page is painted on a slow phone, and when htmx has come."""

from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.bench.wire import Row
from tests.cast import PASSWORD
from tests.install_browser import on_path

SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""400 ms and 400 kbit/s, request by request."""
TIMES = """() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
  const script = performance.getEntriesByType("resource").find((entry) => entry.name.endsWith(".js")).responseEnd;
  return { paint, script };
}"""


def rows(port: int) -> list[Row]:
    """First contentful paint and the arrival of the script, in milliseconds of one cold visit."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=on_path(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 412, "height": 823})
        _log_in(page, f"http://127.0.0.1:{port}")
        times = _cold_visit(page, f"http://127.0.0.1:{port}/account/access")
        browser.close()
    assert times["paint"] < times["script"], "htmx came before the first paint"
    part = f"{times['paint'] / 2000:.2f}"
    return [
        ("First paint, slow 3G, processor four times slower", f"{times['paint']:,.0f} ms", "2,000", part),
        ("The script has come", f"{times['script']:,.0f} ms", "after the paint", ""),
    ]  # fmt: skip


def _log_in(page: Page, site: str) -> None:
    page.goto(f"{site}/login")
    page.get_by_label("Email").fill("mina@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Login").click()
    page.wait_for_url(f"{site}/account")


def _cold_visit(page: Page, address: str) -> dict[str, Any]:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.emulateNetworkConditions", SLOW_3G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address, wait_until="networkidle")
    times: dict[str, Any] = page.evaluate(TIMES)
    return times
