"""Cells of a CSV file, as people open them in a spreadsheet."""

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def defused(cell: str) -> str:
    """The cell with a ' before it where a spreadsheet would reckon it out. ASVS 1.2.10; the same twice is the same."""
    return f"'{cell}" if cell.startswith(FORMULAS) else cell
