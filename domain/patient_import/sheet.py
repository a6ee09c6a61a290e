"""A CSV file (RFC 4180) with a header: UTF-8 with or without a BOM, commas or semicolons, read a row at a time."""

import csv
import re
from collections.abc import Iterator, Mapping
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple, TextIO

from domain.errors import Refused
from domain.patient_import.outcome import Fault

Row = tuple[int, dict[str, str]]
"""The line that it begins on, from 1, and its values by the names that we know the columns by."""

Columns = Mapping[str, tuple[str, ...]]
"""The columns that are looked for: our name, then each name that a header may have for it. Case, spaces,
underscores and hyphens do not matter."""


class Uploaded(NamedTuple):
    """A file that somebody sent, which lies on no disk."""

    name: str
    content: bytes


class Sheet:
    """One file and where its columns are."""

    def __init__(self, path: Path | Uploaded, wanted: Columns, required: tuple[str, ...]) -> None:
        """Reads the header. Raises Refused when there is no such file, no header, a required column is missing, or
        two columns mean the same."""
        self.path = path
        try:
            with self._open() as file:
                first = file.readline()
                self.delimiter = ";" if first.count(";") > first.count(",") else ","
                file.seek(0)
                header = next(csv.reader(file, delimiter=self.delimiter), [])
        except (OSError, csv.Error) as error:
            raise Refused(f"{self._called} cannot be read. Check that it is there and is a CSV file") from error
        self.width = len(header)
        self.places = _places(path.name, header, wanted)
        missing = [wanted[column][0] for column in required if column not in self.places]
        if missing:
            lacks = ", ".join(missing)
            raise Refused(f"{path.name} lacks what is needed: {lacks}. Save it as CSV in UTF-8 with these columns")

    @property
    def _called(self) -> str:
        return str(self.path) if isinstance(self.path, Path) else self.path.name

    def _open(self) -> TextIO:
        # What is not UTF-8 becomes characters that no row may hold, so that it spoils its own row and no other.
        if isinstance(self.path, Path):
            return self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
        return TextIOWrapper(BytesIO(self.path.content), "utf-8-sig", "surrogateescape", newline="")

    def count(self) -> int:
        """How many rows there are, good and bad."""
        return sum(1 for _ in self.rows())

    def rows(self) -> Iterator[Row | Fault]:
        """Every row in order, blank lines left out; a Fault for one that is no row of this table."""
        with self._open() as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            next(reader)
            while True:
                line = reader.line_num + 1
                try:
                    values = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    yield Fault(self.path.name, line, "The quotation marks do not match")
                    continue
                if any(value.strip() for value in values):
                    yield self._row(line, values)

    def _row(self, line: int, values: list[str]) -> Row | Fault:
        if len(values) != self.width:
            return Fault(self.path.name, line, f"There are {len(values)} values for {self.width} columns")
        return line, {column: values[place] for column, place in self.places.items()}


def _places(file: str, header: list[str], wanted: Columns) -> dict[str, int]:
    meanings = {alias.casefold(): column for column, aliases in wanted.items() for alias in aliases}
    places: dict[str, int] = {}
    for place, heading in enumerate(header):
        column = meanings.get(re.sub(r"[\s_-]", "", heading).casefold())
        if column in places:
            raise Refused(f"{file} has two columns for {wanted[column][0]}. Rename or remove one of them")
        if column:
            places[column] = place
    return places
