"""Who pays for the cast's care. The Medicare numbers are made up and pass the check."""

from datetime import date

from demo.family import visit_of
from domain import funding
from domain.funding import NewFunding

CARDS = {
    "mina": ("2950731701", "1", "Harbour Mutual", "HM 4471 902"),
    "ivy": ("2950731701", "2", "Harbour Mutual", "HM 4471 902"),
    "leo": ("2950731701", "3", "Harbour Mutual", "HM 4471 902"),
    "theo": ("3488612971", "1", "", ""),
    "jun": ("4295107351", "1", "Southern Cross Seniors", "SCS 20 118"),
    "zed": ("5139886401", "1", "", ""),
}
"""Medicare number, the person's place on the card, health fund and membership number."""


async def fill(today: date) -> None:
    """Everybody's card, good for two more years, typed by whoever controls their portal."""
    for short, (number, reference, fund, membership) in CARDS.items():
        expiry = f"{today.month:02}/{today.year + 2}"
        typed = NewFunding(number, reference, expiry, fund, membership, version=1)
        await funding.change(await visit_of(short), typed)
