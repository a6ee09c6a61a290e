"""Where the ids of new rows come from."""

import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random


class _Seeded:
    """Ids that follow from a seed, after those that were said beforehand."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - not a secret: these ids are for demonstration data alone
        self.said: deque[uuid.UUID] = deque()

    def next(self) -> uuid.UUID:
        return self.said.popleft() if self.said else uuid.UUID(int=self.random.getrandbits(128), version=4)


_source: ContextVar[_Seeded | None] = ContextVar("id_source", default=None)


def new_id() -> uuid.UUID:
    """A random id; a predictable one inside `seeded`."""
    source = _source.get()
    return uuid.uuid4() if source is None else source.next()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Within it every new id follows from `seed`: the QA room promises the same ids at every reset.

    Raises RuntimeError at its end when an id that was said for `next_are` went to no row.
    """
    source = _Seeded(seed)
    token = _source.set(source)
    try:
        yield
        if source.said:
            raise RuntimeError(f"Nothing took the ids {list(source.said)}.")
    finally:
        _source.reset(token)


def next_are(*ids: uuid.UUID) -> None:
    """The next new ids are these, in this order. Raises RuntimeError outside `seeded`."""
    source = _source.get()
    if source is None:
        raise RuntimeError("Ids can be said beforehand only inside seeded().")
    source.said.extend(ids)
