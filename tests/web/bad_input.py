"""Forms as people fill them in, and what may be wrong with each of their fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.cast import PASSWORD

HTML = "<script>alert(1)</script>"
NEW = "walrus candle 77 tram"
SCOPE = {"level": "Clinical", "role": "View"}


@dataclass(frozen=True)
class Sheet:
    """A form, filled in so that it would be taken."""

    address: str
    """With the names of ids in braces."""
    good: Mapping[str, str]
    who: str = ""
    link: str = ""
    """The page of the mailed link behind which the form stands."""
    optional: tuple[str, ...] = ()
    pop_up: bool = False

    @property
    def texts(self) -> list[str]:
        """Fields that are typed and kept."""
        return [field for field in self.good if field in ("name", "email")]

    @property
    def secrets(self) -> list[str]:
        return [field for field in self.good if "password" in field]

    @property
    def choices(self) -> list[str]:
        return [field for field in self.good if field not in (*self.texts, *self.secrets, "version")]

    @property
    def seen(self) -> list[str]:
        return [*self.texts, *self.secrets, *self.choices]


GROUND = "Power of attorney, self-declared"
ADDED = {"name": "Nell Park", "relationship": "Parent"}
DECIDED = {"status": "Current", **SCOPE, "refuse_for_good": "yes", "password": PASSWORD, "version": "1"}
DECISION = ("refuse_for_good", "password")
SHEETS = {
    "login": Sheet("/login", {"email": "mina@example.com", "password": PASSWORD}),
    "sign-up": Sheet("/sign-up", {"who": "me", "name": "Nell", "email": "nell.new@example.com"}),
    "forgot-password": Sheet("/forgot-password", {"email": "mina@example.com"}),
    "reset-password": Sheet("/reset-password", {"password": NEW}, link="/reset-password"),
    "confirm-email": Sheet("/confirm-email", {"password": NEW}, link="/confirm-email"),
    "set-up": Sheet("/set-up", {"name": "Nell", "password": NEW}, link="/set-up"),
    "access-offers": Sheet("/access-offers", {"name": "Nell", "password": NEW}, link="/access-offers"),
    "Add Patient, Yes": Sheet(
        "/account/access/patients", {**ADDED, **SCOPE, "own_login": "yes", "email": "nell.park@example.com"},
        who="mina", pop_up=True,
    ),
    "Add Patient, No": Sheet(
        "/account/access/patients", {**ADDED, "own_login": "no", "basis": GROUND},
        who="mina", pop_up=True,
    ),
    "Give access": Sheet(
        "/portal/{leo}/access/offers",
        {**ADDED, **SCOPE, "email": "nell.park@example.com", "guardian": "no", "password": PASSWORD},
        who="mina", optional=("password",), pop_up=True,
    ),
    "Give access to a guardian": Sheet(
        "/portal/{leo}/access/offers",
        {**ADDED, **SCOPE, "email": "nell.park@example.com", "guardian": "yes", "basis": GROUND},
        who="mina", pop_up=True,
    ),
    "Edit access": Sheet(
        "/portal/{mina}/access/{row}/decision", DECIDED, who="mina", optional=DECISION, pop_up=True
    ),
    "Edit access of an offer": Sheet(
        "/portal/{leo}/access/{offer}/decision", DECIDED, who="mina", optional=DECISION, pop_up=True
    ),
    "Security": Sheet("/account/security", {"password": PASSWORD, "new_password": NEW}, who="mina"),
    "Profile": Sheet("/account/profile", {"name": "Mina"}, who="mina"),
}  # fmt: skip


DECIDING = {"own_login", "guardian", "relationship"}
"""Fields whose answers say what else is asked."""


@dataclass(frozen=True)
class Case:
    """What is sent, and at which fields the page must say that something is wrong."""

    about: str
    sent: Mapping[str, Any]
    at: set[str]


def cases(sheet: Sheet) -> Iterator[Case]:
    """A form with nothing in it, and then the good one with one field gone wrong at a time."""
    # Whether an email or a ground is needed hangs on an answer that an empty form does not have.
    unknown = {"basis"} | ({"email", "level", "role"} if "own_login" in sheet.good else set())
    yield Case("nothing", {}, set(sheet.seen) - {*sheet.optional} - unknown)
    bad = {field: "none such" if field in sheet.choices else "x" * 2001 for field in {*sheet.seen} - DECIDING}
    yield Case("everything", {**sheet.good, **bad}, {*bad})
    for field in sheet.seen:
        good = sheet.good[field]
        wrong: dict[str, Any] = {"NUL": f"{good}\0", "an escape": f"\x1b{good}", "twice": [good, good]}
        if field not in sheet.choices:
            wrong |= {"too long": "x" * 2001, "too long, with HTML": HTML * 81}
        else:
            wrong |= {"no such choice": "none such", "HTML": HTML, "a number": "7"}
        if field == "email":
            wrong |= {f"no email {n}": none for n, none in enumerate(NO_EMAILS)}
        if field not in sheet.optional:
            wrong |= {"empty": "", "only spaces": "   "} if field not in sheet.secrets else {"empty": ""}
        for about, value in wrong.items():
            yield Case(f"{field}: {about}", {**sheet.good, field: value}, {field})


NO_EMAILS = ("nobody", "a@", "@example.com", "a@b@example.com", f"{HTML}@example.com", "a@example.com, b@example.com")
