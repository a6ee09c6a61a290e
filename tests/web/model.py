"""What PRODUCT.md says about who may do what, written again from its words. Nothing here comes from the product."""

from typing import NamedTuple


class Standing(NamedTuple):
    """How somebody stands in a portal: owner, guardian (of one without an owner), Pending, Current, Disabled, none."""

    state: str = "none"
    level: str = ""
    role: str = ""


OWNER, GUARDIAN, PENDING, DISABLED, NONE = (
    Standing(s) for s in ("owner", "guardian", "Pending", "Disabled", "none")
)  # fmt: skip
PEOPLE = ("mina", "ivy", "theo", "jun", "kim", "rosa", "zed", "amara", "rhys", "bea", "tom", "ines", "priya")
CAST = {
    ("mina", "leo"): GUARDIAN, ("mina", "ivy"): DISABLED, ("theo", "mina"): PENDING, ("rosa", "mina"): DISABLED,
    ("jun", "mina"): Standing("Current", "Administrative", "Edit"),
    ("kim", "jun"): Standing("Current", "Clinical", "View"),
    **{(who, who): OWNER for who in ("mina", "ivy", "theo", "jun", "zed")},
}  # fmt: skip
# Decisions 9 and 10: what the level and the role open, by what follows /portal/{portal}/.
SEE = {"": "open", "appointments": "open", "invoices": "open", "access": "open"} | dict.fromkeys(
    ("records", "profile", "funding"), "clinical"
)
CHANGE = {"appointments": "edit"} | dict.fromkeys(("records", "profile", "funding"), "clinical edit")
# Decision 4: only controllers decide; everybody but the owner may leave.
ACCESS = dict.fromkeys(("edit", "decision", "give", "offers"), "control") | dict.fromkeys(
    ("leave", "departure"), "leave"
)
FORMS = {"add", "edit", "change", "replace", "cancel", "remove"}
OPENED_BY_MAIL = {"set-up", "access-offers", "confirm-email", "reset-password", "invitations", "joining",
                  "family-invitations"}  # fmt: skip
OF_THOSE_LOGGED_IN = (["portal"], ["acceptance"], ["confirmation"])
WITHOUT_LOGIN = {"", "for-patients", "for-practitioners", "help", "login", "sign-up", "forgot-password", "logout"}
FOR_MACHINES = {"healthz": 200, "readyz": 200, "favicon.ico": 204, "robots.txt": 200}
PASSED = {"GET": {200}, "POST": {303, 409, 422}}


def holds(need: str, who: Standing) -> bool:
    """Whether somebody who stands so may do what needs this."""
    controls = who.state in ("owner", "guardian")
    words = {
        "open": True,
        "clinical": controls or who.level == "Clinical",
        "edit": controls or who.role == "Edit",
        "control": controls,
        "leave": who.state != "owner",
    }
    return all(words[word] for word in need.split())


def need_of(method: str, rest: list[str]) -> str:
    """What is needed for an address in a portal. Raises KeyError for one that PRODUCT.md does not speak of."""
    area, last = rest[0] if rest else "", rest[-1] if rest else ""
    if area == "access":
        return ACCESS[last] if last != "access" else "open"
    return CHANGE[area] if method == "POST" or last in FORMS else SEE[area]


def expected(method: str, path: str, who: Standing | None) -> set[int]:
    """The statuses that an address may answer somebody with: `who` is None for nobody logged in.

    Raises KeyError for an address without an expectation.
    """
    first, *rest = path.strip("/").split("/")
    if first in FOR_MACHINES:
        return {FOR_MACHINES[first]}
    if first in OPENED_BY_MAIL and rest not in OF_THOSE_LOGGED_IN:
        return {410}
    if first in WITHOUT_LOGIN:
        return {303} if first == "logout" else {200} if method == "GET" else {422}
    if first not in ("account", "portal", *OPENED_BY_MAIL):
        raise KeyError(path)
    if who is None:
        return {303}
    if first in OPENED_BY_MAIL:
        return {410}
    if first == "account":
        return {404} if "{" in path else PASSED[method] | ({303} if path == "/account" else set())
    if who.state in ("Pending", "Disabled", "none"):
        return {404}
    return PASSED[method] if holds(need_of(method, rest[1:]), who) else {403}
