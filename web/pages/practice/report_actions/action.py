"""What an action is to the page of a report's results."""

from dataclasses import dataclass

from domain.permissions import PlacePermission


@dataclass(frozen=True)
class Action:
    """`address` is what follows the report's own: GET draws the pop-up, POST does it."""

    label: str
    permission: PlacePermission
    address: str
