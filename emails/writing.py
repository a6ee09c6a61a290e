"""The messages of a batch: their letters read together where that is possible, each written when it is needed."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from db.engine import DatabaseGone
from domain import clock
from domain.journal import note
from emails.compose import compose
from emails.kinds import BUILDERS, BUILT_TOGETHER
from emails.letter import Letter, Owed
from settings import Settings

Letters = Mapping[UUID, Letter | Exception]
Written = bytes | Exception
"""A message, or why there is none."""


async def read(batch: Sequence[Owed], settings: Settings) -> Letters:
    """The letters of those kinds that are read together, by their mails. Raises DatabaseGone."""
    letters: dict[UUID, Letter | Exception] = {}
    for kind, build_many in BUILT_TOGETHER.items():
        together = [owed for owed in batch if owed.kind is kind]
        try:
            letters |= await build_many(together, settings) if together else {}
        except DatabaseGone:
            raise
        except Exception as error:  # noqa: BLE001 - one that cannot be read must not stop the others: each by itself
            note("mails not read together", kind=kind, error=type(error).__name__)
    return letters


async def write(owed: Owed, letters: Letters, settings: Settings) -> Written:
    """The message of a mail, its letter read now unless it was before. Raises nothing."""
    try:
        letter = letters.get(owed.id) or await BUILDERS[owed.kind](owed, settings)
        return letter if isinstance(letter, Exception) else compose(letter, owed, settings.mail_from, clock.now())
    except Exception as error:  # noqa: BLE001 - told when it is this mail's turn
        return error
