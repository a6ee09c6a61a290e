"""What text is searched and sorted by: the same on every machine, whatever its locale."""

import unicodedata
from collections.abc import Mapping
from typing import Any

LAST = "\U0010ffff"
"""After every other character in the order of COLLATE "C"."""
KEYS = ("last_key", "first_key", "preferred_key", "email_key", "phone_key", "city_key")
"""A patient's columns that `patient_keys` fills."""


def key(text: str) -> str:
    """The text without case, accents and surplus spaces: "José  Núñez" and "jose nunez" are one."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def digits(text: str) -> str:
    """The digits of a phone number, which people space as they like."""
    return "".join(c for c in text if c.isascii() and c.isdigit())


def patient_keys(row: Mapping[str, Any]) -> dict[str, str]:
    """The keys of a patient, for whoever writes first_name, last_name, preferred_name, email, phone or city. What
    `row` lacks has no key in what comes back."""
    found: dict[str, str] = {}
    if "first_name" in row and "last_name" in row:
        found["last_key"] = key(f"{row['last_name']} {row['first_name']}")
        found["first_key"] = key(f"{row['first_name']} {row['last_name']}")
    if "preferred_name" in row:
        found["preferred_key"] = key(row["preferred_name"])
    if "email" in row:
        found["email_key"] = str(row["email"]).strip().casefold()
    if "phone" in row:
        found["phone_key"] = digits(row["phone"])
    if "city" in row:
        found["city_key"] = key(row["city"])
    return found
