"""What Kith tells of itself: one JSON line each on stderr, ids and kinds only, never a name. ASVS 16.2."""

import json
import sys

from domain import clock


def note(what: str, **facts: object) -> None:
    """Writes one line. `facts` are ids, kinds, numbers and codes."""
    line = {"at": clock.now().isoformat(timespec="milliseconds"), "what": what, **facts}
    sys.stderr.write(json.dumps(line, default=str) + "\n")
    sys.stderr.flush()
