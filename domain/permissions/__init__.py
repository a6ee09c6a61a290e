"""Who may do what: in a portal by level and role, in a practice by area and level. Decided here once, asked by the
gate, the operation and the page.

Pure: it reads no database.
"""

from typing import overload

from domain.errors import NotPermitted
from domain.permissions import portal, practice
from domain.permissions.portal import FIELDS, RULES, Permission, Standing, sees
from domain.permissions.practice import PLACE_RULES, Area, Module, Placed, PlacePermission, reach

__all__ = [
    "FIELDS", "PLACE_RULES", "RULES", "Area", "Module", "Permission", "PlacePermission", "Placed", "Standing",
    "demand", "may", "reach", "sees",
]  # fmt: skip


@overload
def may(who: Standing, permission: Permission) -> bool: ...
@overload
def may(who: Placed, permission: PlacePermission) -> bool: ...
def may(who: Standing | Placed, permission: Permission | PlacePermission) -> bool:
    """Whether `who` may do this in the portal where they stand, or in the practice where they have a place."""
    if isinstance(permission, PlacePermission):
        return practice.may(who, permission)  # type: ignore[arg-type]  # the overloads pair them
    return portal.may(who, permission)  # type: ignore[arg-type]


@overload
def demand(who: Standing, permission: Permission) -> None: ...
@overload
def demand(who: Placed, permission: PlacePermission) -> None: ...
def demand(who: Standing | Placed, permission: Permission | PlacePermission) -> None:
    """Asked by every operation again. Raises NotPermitted."""
    if not may(who, permission):  # type: ignore[arg-type]
        raise NotPermitted(permission)
