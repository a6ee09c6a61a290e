"""What a mail is before it is written out: the words that its builder found in the database."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain import tokens
from domain.mail import MailKind
from settings import Settings


@dataclass(frozen=True)
class Owed:
    """One row of the outbox that a worker has in hand. `attempts` counts this one."""

    id: UUID
    kind: MailKind
    subject: UUID
    recipient: str
    created_at: datetime
    attempts: int


class Link(str):
    """An address that is meant to be followed. Every other text of a letter is kept from looking like one."""

    __slots__ = ()


class Email(str):
    """An email address, shown as it is."""

    __slots__ = ()


@dataclass(frozen=True)
class Letter:
    """The templates `stem`.txt and `stem`.html, and the words that stand in them."""

    stem: str
    words: Mapping[str, object]


class NoLongerDue(Exception):
    """What the mail was to tell is over: withdrawn, used, expired or ended."""


class NoSuchMailbox(Exception):
    """The mail must end as one to a mailbox that does not exist, and be told from it by nobody (decision 14)."""


Builder = Callable[[Owed, Settings], Awaitable[Letter]]
BuilderOfMany = Callable[[Sequence[Owed], Settings], Awaitable[dict[UUID, Letter | Exception]]]
"""Gives for each mail its letter, or what the builder of one raises."""


def still_due(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The row that a builder tells of. Raises NoLongerDue when its query found none."""
    if not rows:
        raise NoLongerDue
    return rows[0]


def link(settings: Settings, *path: object) -> Link:
    """An address of the site. Only KITH_BASE_URL says where that is, never a request."""
    return Link("/".join((settings.base_url, *map(str, path))))


def signed_link(settings: Settings, purpose: tokens.Purpose, page: str, row: Mapping[str, Any]) -> Link:
    """The address that opens `row` (id, link_version) on the page `page`."""
    return link(settings, page, tokens.sign(purpose, row["id"], row["link_version"], settings.secret_keys))
