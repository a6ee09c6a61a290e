"""Reusable message texts of a practice, with terms."""

from dataclasses import dataclass
from uuid import UUID

from domain.places import Place


@dataclass(frozen=True)
class Template:
    id: UUID
    name: str
    body: str
    version: int


async def available(place: Place) -> list[Template]:
    return []


async def resolve(text: str, place: Place, patient: UUID) -> str:
    return text
