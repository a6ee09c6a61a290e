"""Everything that a person can visit or submit: each module of a folder here gives its ROUTES."""

from importlib import import_module
from pkgutil import walk_packages
from typing import Any

ROUTES: list[Any] = [
    handler
    for found in walk_packages(__path__, f"{__name__}.")
    for handler in getattr(import_module(found.name), "ROUTES", [])
]
