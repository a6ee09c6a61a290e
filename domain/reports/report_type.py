"""What a type of report is: what can be asked, what it counts, and the rows that it answers with."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from domain.errors import Refused
from domain.places import Place

Said = Mapping[str, str]
"""A report's filters, by field: as its form says them and its row keeps them."""
Cell = str | int | date | datetime | Decimal | None


class FieldKind(StrEnum):
    CHOICE = "choice"
    DATE = "date"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True)
class Field:
    """One filter of a form. `choices` are values with their words; none chosen is "" and asks nothing."""

    name: str
    label: str
    kind: FieldKind
    choices: Mapping[str, str] | None = None
    any: str = "Any"
    """What the empty choice is called."""


class ColumnKind(StrEnum):
    """How a cell is read: PATIENT is a name that leads to the patient, MOMENT a time in the practice's zone."""

    PATIENT = "patient"
    TEXT = "text"
    MOMENT = "moment"
    MONEY = "money"
    NUMBER = "number"


@dataclass(frozen=True)
class Column:
    """One column. `sorts` are the orders that it offers, the first of them first: "name", or "-name" backwards. With
    `partly` its cells are read of the member's own patients alone."""

    name: str
    label: str
    kind: ColumnKind
    sorts: tuple[str, ...] = ()
    partly: bool = False


@dataclass(frozen=True)
class Row:
    """One line of the results. `patient` is None in a report that lists no patients; a cell that the member does not
    read is None."""

    patient: UUID | None
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Bar:
    """One bar of a picture: how many of each part, by the part's words."""

    label: str
    parts: Mapping[str, int]


@dataclass(frozen=True)
class Counted:
    """What is counted at Run."""

    many: int
    picture: tuple[Bar, ...]


class Page(NamedTuple):
    rows: tuple[Row, ...]
    more: bool


@dataclass
class Condition:
    """A condition on patient `p`, and the values of its $1, $2 …, of which $1 is the practice."""

    sql: str
    values: list[Any]

    def value(self, value: Any) -> str:
        """Another value, as it is written in the statement."""
        self.values.append(value)
        return f"${len(self.values)}"


class ReportType(ABC):
    """A type of report: one small file each. `types.TYPES` holds one of every type."""

    name: ClassVar[str]
    about: ClassVar[str]
    lists_patients: ClassVar[bool] = True
    """Whether its rows are patients, who can be chosen."""

    @abstractmethod
    async def fields(self, place: Place) -> tuple[Field, ...]:
        """The filters that this member may use, in the order of the form."""

    @abstractmethod
    def faults(self, said: Said) -> list[Refused]:
        """What is wrong between fields, each of which is sound by itself."""

    @abstractmethod
    def columns(self, place: Place) -> tuple[Column, ...]:
        """The columns that this member reads, in order."""

    @abstractmethod
    async def counted(self, place: Place, said: Said) -> Counted:
        """Everything, in one statement."""

    @abstractmethod
    async def page(self, place: Place, said: Said, sort: str, page: int, counted: Counted | None) -> Page:
        """One page of rows as they are now, in one statement. `sort` may be anything: what is not offered is the
        first. `counted` is what the member's last run found, if it is still theirs to see. Raises NotFound."""

    @abstractmethod
    def batches(self, place: Place, said: Said, counted: Counted | None) -> AsyncIterator[Sequence[Row]]:
        """All rows, so many at a time."""

    @abstractmethod
    def choosable(self, place: Place, said: Said) -> Condition:
        """Which patients are in the report. Raises NotFound where its rows are no patients."""
