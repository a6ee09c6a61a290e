"""Sheets: rows streamed as a CSV file, however many there are. RFC 4180."""

import csv
import io
from collections.abc import AsyncIterator, Sequence

from litestar.response import Stream

from domain.csv import defused

PIECE = 32 * 1024
"""Characters written at once, about."""
BOM = "\ufeff"
"""Without it Excel reads UTF-8 as something else."""


async def sheet(name: str, lines: AsyncIterator[Sequence[str]]) -> Stream:
    """The download `name`.csv of lines, the first of which names the columns; `name` is ours and speaks of nobody.

    Every cell is defused here. What is raised before the first line becomes a page as everywhere; after it the
    download breaks off, so that nobody takes a part for the whole.
    """
    first: Sequence[str] = await anext(lines, [])  # a tuple is no default for anext (CPython 128078)
    return Stream(
        _pieces(first, lines),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


async def _pieces(first: Sequence[str], lines: AsyncIterator[Sequence[str]]) -> AsyncIterator[str]:
    written = io.StringIO(BOM, newline="")
    written.seek(0, io.SEEK_END)
    rows = csv.writer(written)
    rows.writerow([defused(cell) for cell in first])
    async for line in lines:
        rows.writerow([defused(cell) for cell in line])
        if written.tell() > PIECE:
            yield written.getvalue()
            written.seek(0)
            written.truncate()
    yield written.getvalue()
