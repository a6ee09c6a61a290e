"""On what ground somebody acts for another: self-declared, until a practice confirms it (decision 5)."""

from domain.errors import Refused
from domain.requests import CHILDREN

PARENTAL = "Parental responsibility, self-declared"
BASES_FOR_ADULTS = (
    "Power of attorney, self-declared",
    "Guardianship order, self-declared",
    "They asked me to, self-declared",
)


def demand_fitting(basis: str, relationship: str) -> None:
    """Raises Refused at the field 'basis' for a ground that does not fit what the patient is to the guardian."""
    if basis == PARENTAL and relationship not in CHILDREN:
        raise Refused("Parental responsibility is for one’s own child. What are they to you?", "basis")
    if basis not in ((PARENTAL, *BASES_FOR_ADULTS) if relationship in CHILDREN else BASES_FOR_ADULTS):
        raise Refused("Choose why you act for them", "basis")
