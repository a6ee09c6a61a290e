"""What the page of a refused form must say: each error at its field and in the summary, and what was typed kept."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

from tests.web.bad_input import HTML, Case, Sheet
from tests.web.markup import words
from tests.web.wire import Answer


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
