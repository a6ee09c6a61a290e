"""Links in mail: signed, and nothing of them stored (decision 13).

A token names a row and the version of its link. The row decides the rest: whether, until when and for whom.
"""

from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from domain.errors import LinkClosed


class Purpose(StrEnum):
    """A salt each, so that a token for one is none for another. ASVS 11.2.2: raise the number to change the way."""

    CONFIRM_EMAIL = "kith.confirm-email.v1"
    RESET_PASSWORD = "kith.reset-password.v1"  # noqa: S105 - a salt, not a password
    SET_UP = "kith.set-up.v1"
    ACCESS_OFFER = "kith.access-offer.v1"
    INVITATION = "kith.invitation.v1"
    FAMILY_INVITATION = "kith.family-invitation.v1"
    JOINING = "kith.joining.v1"


@lru_cache(maxsize=64)
def _serializer(purpose: Purpose, keys: tuple[str, ...]) -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(keys)), salt=purpose)


def sign(purpose: Purpose, row: UUID, version: int, keys: tuple[str, ...]) -> str:
    """A token for the address bar. `keys`: the first signs."""
    return str(_serializer(purpose, keys).dumps([row.hex, version]))


def read(purpose: Purpose, token: str, keys: tuple[str, ...]) -> tuple[UUID, int]:
    """The row and version that a token names. Raises LinkClosed('malformed')."""
    try:
        row, version = _serializer(purpose, keys).loads(token)
        return UUID(row), int(version)
    except (BadData, ValueError, TypeError, AttributeError) as error:
        raise LinkClosed("malformed") from error
