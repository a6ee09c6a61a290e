"""What is wrong with a page's HTML: what a strict parser says, and what it does not look at."""

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

import html5lib
from html5lib.html5parser import ParseError

from web.static import Static

BLOCKS = {
    "address", "article", "aside", "details", "dialog", "div", "dl", "fieldset", "footer", "form", "h1", "h2", "h3",
    "h4", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul",
}  # fmt: skip
WORDS_ONLY = {
    "a", "b", "button", "code", "em", "h1", "h2", "h3", "h4", "label", "legend", "p", "small", "span", "strong",
    "summary", "time", "title",
}  # fmt: skip
"""Elements that hold words and no blocks. A link may hold blocks by the standard; ours do not."""
INSIDE = {"li": {"ul", "ol"}, "dt": {"dl", "div"}, "dd": {"dl", "div"}, "option": {"select", "optgroup"},
          "tr": {"tbody", "thead", "tfoot", "table"}, "td": {"tr"}, "th": {"tr"}, "legend": {"fieldset"},
          "summary": {"details"}}  # fmt: skip
INTERACTIVE = {"a", "button", "input", "select", "textarea", "summary", "label"}
NOT_OURS = {"i", "b", "u", "font", "img", "iframe", "object", "embed", "base", "link", "marquee"}
"""What would come into a page only by somebody's typing it."""
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "for", "headers", "list", "form")
ATTRIBUTES = {
    "accept", "action", "alt", "aria-current", "aria-describedby", "aria-hidden", "aria-invalid", "aria-label",
    "aria-labelledby", "aria-sort", "autocomplete", "autofocus", "charset", "checked", "class", "colspan", "content",
    "d", "datetime", "defer", "disabled", "enctype", "for", "form", "height", "hidden", "href", "id", "inputmode",
    "lang", "max", "maxlength", "method", "name", "novalidate", "open", "pattern", "placeholder",
    "preserveAspectRatio", "readonly", "rel", "role", "rows", "scope",
    "selected", "src", "tabindex", "type", "value", "viewBox", "width", "x",
}  # fmt: skip
"""Those that pages use, besides data-…: another one is looked up in the standard before it stands here."""


def parsed(text: str) -> Element:
    """The page as a tree without namespaces. Raises html5lib's ParseError for what is no valid HTML."""
    root: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    return root


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def faults(text: str, leads_somewhere: Callable[[str, str], bool], static: Static | None = None) -> list[str]:
    """All that is wrong with a whole page, or without `static` a fragment. `leads_somewhere` knows all addresses."""
    try:
        root = parsed(text) if static else _fragment(text)
    except ParseError as error:
        return [f"no valid HTML: {error}"]
    found = [*_ids(root), *_nesting(root), *_attributes(root), *_labels(root), *_links(root, leads_somewhere)]
    return [*found, *_scripts(root, static), *(_frame(root) if static else ())]


def _fragment(text: str) -> Element:
    root: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(
        text, container="tbody" if text.lstrip().startswith("<tr") else "div"
    )
    return root


def _ids(root: Element) -> Iterator[str]:
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    yield from (f"id {name} twice" for name in set(ids) if ids.count(name) > 1)
    for element in root.iter():
        for name in REFERENCES:
            yield from (f"{name}={i} leads nowhere" for i in element.get(name, "").split() if i not in ids)
    yield from (
        f"#{element.attrib['href'][1:]} leads nowhere"
        for element in root.iter("a")
        if element.get("href", "").startswith("#") and element.attrib["href"][1:] not in ids
    )


def _nesting(root: Element) -> Iterator[str]:
    for parent in root.iter():
        inner = {child.tag for child in parent.iter() if child is not parent}
        if parent.tag in WORDS_ONLY and inner & BLOCKS:
            yield f"<{parent.tag}> holds {inner & BLOCKS}"
        if parent.tag in ("a", "button") and inner & INTERACTIVE:
            yield f"<{parent.tag}> holds {inner & INTERACTIVE}"
        for child in parent:
            if child.tag in INSIDE and parent.tag not in INSIDE[child.tag] and parent.tag != "DOCUMENT_FRAGMENT":
                yield f"<{child.tag}> in <{parent.tag}>"
        if parent.tag in ("ul", "ol") and {child.tag for child in parent} - {"li"}:
            yield f"<{parent.tag}> holds more than <li>"
        if parent.tag in ("ul", "ol", "dl", "select") and not len(parent):
            yield f"<{parent.tag}> is empty"


def _attributes(root: Element) -> Iterator[str]:
    for element in root.iter():
        for name in element.attrib:
            if not name.startswith("data-") and name not in ATTRIBUTES:
                yield f"<{element.tag} {name}>"


def _labels(root: Element) -> Iterator[str]:
    named = {label.get("for") for label in root.iter("label") if words(label)}
    wrapped = {control for label in root.iter("label") if words(label) for control in label.iter()}
    for control in root.iter():
        if control.tag == "button" and not words(control) and not control.get("aria-label"):
            yield "a button without a name"
        if control.tag == "a" and not words(control) and not control.get("aria-label"):
            yield f"a link without a name to {control.get('href')}"
        if control.tag not in ("input", "select", "textarea") or "hidden" in (*control.attrib, control.get("type")):
            continue
        if control.get("id") not in named and control not in wrapped and not control.get("aria-label"):
            yield f"<{control.tag} name={control.get('name')}> without a label"
    for fieldset in root.iter("fieldset"):
        if not fieldset.get("aria-label") and (not len(fieldset) or fieldset[0].tag != "legend"):
            yield "a fieldset without a name"


def _links(root: Element, leads_somewhere: Callable[[str, str], bool]) -> Iterator[str]:
    for element in root.iter():
        targets = [("GET", element.get("href")), ("GET", element.get("data-hx-get"))]
        targets += [("POST", element.get("data-hx-post"))]
        if element.tag == "form":
            targets.append((element.get("method", "get").upper(), element.get("action")))
        for method, address in targets:
            if address and not address.startswith(("#", "tel:", "mailto:")) and not leads_somewhere(method, address):
                yield f"{method} {address} leads nowhere"
        yield from _asks_what_it_leads_to(element, _within(root, element))


def _within(root: Element, element: Element) -> set[str | None]:
    """Where people get without a script from the place of an element that is itself no way: by its form, or by a link
    of the same page to the same address, whatever it asks there."""
    if element.tag in ("a", "form") or not {"data-hx-get", "data-hx-post"} & set(element.attrib):
        return set()
    own = element.get("form", "-")
    around = {form.get("action") for form in root.iter("form") if element in form.iter() or form.get("id") == own}
    asked = str(element.get("data-hx-get"))
    same = {link.get("href") for link in root.iter("a")} & {asked.partition("?")[0]}
    return around | {asked} if same else around


def _asks_what_it_leads_to(element: Element, others: set[str | None]) -> Iterator[str]:
    if element.get("data-hx-post", element.get("action")) not in {element.get("action"), *others}:
        yield f"data-hx-post {element.get('data-hx-post')} is not the form's action"
    leads_to = element.get("action" if element.tag == "form" else "href")
    if element.get("data-hx-get", leads_to) not in {leads_to, *others}:
        yield f"data-hx-get {element.get('data-hx-get')} is not the address of the link or form"


def _scripts(root: Element, static: Static | None) -> Iterator[str]:
    for script in root.iter("script"):
        if words(script) or script.get("src") != (static and static.script_address):
            yield "a script in the page"
    for tag in {element.tag for element in root.iter()} & NOT_OURS:
        yield f"a <{tag}>, which no template has"
    for style in root.iter("style"):
        if static is None or style.text != static.style:
            yield "a style that is not the site's"


def _frame(root: Element) -> Iterator[str]:
    """One h1, a title that starts with it, a language, one main."""
    titles, heads = [words(title) for title in root.iter("title")], [words(head) for head in root.iter("h1")]
    if len(heads) != 1 or len(titles) != 1:
        yield f"{len(heads)} h1, {len(titles)} titles"
    elif not re.sub(r"^Error: ", "", titles[0]).startswith(f"{heads[0]} ·"):
        yield f"the title {titles[0]!r} does not start with the h1 {heads[0]!r}"
    if root.get("lang") != "en-AU":
        yield "no language"
    if len(list(root.iter("main"))) != 1:
        yield "not one main"
    levels = [int(e.tag[1]) for e in root.iter() if re.fullmatch(r"h[1-6]", str(e.tag))]
    if any(after > before + 1 for before, after in zip([0, *levels], levels, strict=False)):
        yield f"headings skip a level: {levels}"
