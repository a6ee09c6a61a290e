"""Forms as people fill them in, what may be wrong with each of their fields, and what a page must then say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

from tests.cast import PASSWORD
from tests.web.markup import words
from tests.web.wire import Answer

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


def tree(text: str, *, partial: bool) -> Element:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parseFragment(text, container="div") if partial else parser.parse(text)
    return root


def faults(answer: Answer, case: Case, sheet: Sheet, *, partial: bool) -> Iterator[str]:
    """What the answer does not do as it should."""
    if answer.status != 422:
        yield f"status {answer.status}"
        return
    if HTML in answer.text or "\0" in answer.text or "\x1b" in answer.text:
        yield "what was typed came back as it was"
    root = tree(answer.text, partial=partial)
    if not partial and not words(next(root.iter("title"))).startswith("Error: "):
        yield "a title without Error"
    yield from _errors(root, case.at)
    yield from _kept(root, case, sheet)


def _errors(root: Element, at: set[str]) -> Iterator[str]:
    ids = {element.attrib["id"]: element for element in root.iter() if "id" in element.attrib}
    alerts = [element for element in root.iter() if element.get("role") == "alert" and element.get("id") == "errors"]
    told = {link.get("href", "")[1:]: words(link) for alert in alerts for link in alert.iter("a")}
    items = sum(1 for alert in alerts for _ in alert.iter("li"))
    if len(alerts) != 1 or told.keys() != at or items != len(at):
        yield f"the summary speaks of {sorted(told)} in {items} lines, not of {sorted(at)}"
    invalid = [element for element in root.iter() if element.get("aria-invalid") == "true"]
    described = {i for element in invalid for i in element.get("aria-describedby", "").split() if i.endswith("-error")}
    if len(invalid) != len(at) or described != {f"{field}-error" for field in at}:
        yield f"aria-invalid with {sorted(described)}"
    for field in at:
        if field not in ids or f"{field}-error" not in ids or words(ids[f"{field}-error"]) != told.get(field):
            yield f"no field {field} with its error"


def _kept(root: Element, case: Case, sheet: Sheet) -> Iterator[str]:
    for control in root.iter("input"):
        if control.get("type") == "password" and control.get("value"):
            yield "a password came back"
    for field in [*sheet.texts, *sheet.choices]:
        value = case.sent.get(field, "")
        value = (value[0] if isinstance(value, list) else value).replace("\0", "").replace("\x1b", "")
        drawn, offered = _drawn(root, field)
        right = value if not offered or value in offered else ""
        if drawn is not None and drawn != right and field != "refuse_for_good":
            yield f"{field} holds {drawn[:40]!r}, not {right[:40]!r}"


def _drawn(root: Element, field: str) -> tuple[str | None, list[str]]:
    """What a field holds, None where it is not drawn; and what one may choose from."""
    for control in root.iter("select"):
        if control.get("name") == field:
            options = list(control.iter("option"))
            chosen = [words(option) for option in options if "selected" in option.attrib]
            return (chosen[0] if chosen else ""), [words(option) for option in options if option.get("value") != ""]
    controls = [control for control in root.iter("input") if control.get("name") == field]
    if controls and controls[0].get("type") == "radio":
        chosen = [control.get("value", "") for control in controls if "checked" in control.attrib]
        return (chosen[0] if chosen else ""), [control.get("value", "") for control in controls]
    return (controls[0].get("value", "") if controls else None), []
