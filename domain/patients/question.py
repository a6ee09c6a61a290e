"""What somebody asks of a practice's patients."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.permissions import Area


class PortalState(StrEnum):
    NONE = "No portal"
    INVITED = "Invited"
    LINKED = "Has a portal"


class PatientStatus(StrEnum):
    """Who has died is neither of the others, whatever stood there before."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"
    DECEASED = "Deceased"


class Order(StrEnum):
    FAMILY_NAME = "Family name"
    FIRST_NAME = "First name"


@dataclass(frozen=True)
class Question:
    """What is looked for. Practitioner, portal and status are of the profile: with one of them, only patients of whom
    the member reads that are found."""

    q: str = ""
    practitioner: UUID | None = None
    portal: PortalState | None = None
    status: PatientStatus | None = None
    order: Order = Order.FAMILY_NAME
    page: int = 1

    @property
    def area(self) -> Area:
        """What must be readable of a patient for the question to find them."""
        return Area.PROFILES if self.practitioner or self.portal or self.status else Area.CONTACT
