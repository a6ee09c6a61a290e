"""Where the ids of new rows come from."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random

_source: ContextVar[Random | None] = ContextVar("id_source", default=None)


def new_id() -> uuid.UUID:
    """A random id; a predictable one inside `seeded`."""
    source = _source.get()
    return uuid.uuid4() if source is None else uuid.UUID(int=source.getrandbits(128), version=4)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Within it every new id follows from `seed`: the QA room promises the same ids at every reset."""
    token = _source.set(Random(seed))  # noqa: S311 - not a secret: these ids are for demonstration data alone
    try:
        yield
    finally:
        _source.reset(token)
