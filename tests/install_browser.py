"""Sees to it that there is a Chromium for tests/e2e: one of the machine, else Debian's package, else Playwright's."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SORRY = """\
No Chromium could be installed. Do one of these and run make test again:
  as root on Debian or Ubuntu: apt-get install chromium
  anywhere: .venv/bin/playwright install --with-deps chromium-headless-shell
  or put any Chromium on the PATH under the name chromium"""


def on_path() -> str | None:
    """The path of a Chromium of this machine, or None: Playwright then uses its own."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def from_debian() -> bool:
    """Whether Debian's packages could be asked for one; only root may."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environ, check=False)
    for name in NAMES[:2]:
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", name]
        if subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=False).returncode == 0:
            return True
    return False


def from_playwright() -> bool:
    """Whether Playwright's own could be had and starts: on a bare system its libraries may be missing."""
    install = [sys.executable, "-m", "playwright", "install", "chromium-headless-shell"]
    if subprocess.run(install, check=False).returncode != 0:
        return False
    start = "from playwright.sync_api import sync_playwright as p\nwith p() as play: play.chromium.launch().close()"
    return subprocess.run([sys.executable, "-c", start], check=False).returncode == 0


def main() -> int:
    """0 when there is a browser, else 1 and a line on what to do."""
    if on_path() or (from_debian() and on_path()) or from_playwright():
        return 0
    print(SORRY, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
