"""Cross-site writes are refused before anything else looks at them. ASVS 3.5.1."""

from litestar.types import Scope

SAFE = {"GET", "HEAD", "OPTIONS"}
WRITTEN_BY_SCRIPTS = {"/qa/clock.json", "/qa/mailbox.json", "/qa/reset"}


def is_cross_site(scope: Scope, origin: str) -> bool:
    """Whether a write may come from another site than `origin` (scheme, host and port of KITH_BASE_URL).

    Sec-Fetch-Site decides; without it Origin, then Referer, must be ours. 'null' and nothing at all are not, except at
    the QA room's addresses for scripts: JSON and DELETE, which no page of another site can send unasked.
    """
    if scope.get("method", "GET") in SAFE:
        return False
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    fetch_site = headers.get(b"sec-fetch-site")
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    stated = headers.get(b"origin") or headers.get(b"referer", "")
    if not stated and scope["path"] in WRITTEN_BY_SCRIPTS:
        return False
    return not (stated == origin or stated.startswith(f"{origin}/"))
