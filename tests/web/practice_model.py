"""What PRODUCT.md says about who may do what in a practice, written again from its words. Nothing here comes from the
product. Decisions 11, 18, 29; rows S3.4, S4.5-S4.8, S5.5, S5.6, B10, B14, K8."""

from typing import NamedTuple

ADMINISTRATOR = "Administrator"
FULL, CLINICAL, CONTACT, PERSONAL = (
    "Full Access", "Clinical Access", "Own records and others' contact", "Personal Access"
)  # fmt: skip
# Decision 29: how much of an area a level opens.
OPENS = {
    FULL: dict.fromkeys(("contact", "profiles", "calendars", "notes", "invoices"), "all"),
    CLINICAL: {**dict.fromkeys(("contact", "profiles", "calendars", "notes"), "all"), "invoices": "own"},
    CONTACT: {"contact": "all", **dict.fromkeys(("profiles", "calendars", "notes", "invoices"), "own")},
    PERSONAL: dict.fromkeys(("contact", "profiles", "calendars", "notes", "invoices"), "own"),
}
PASSED = {"GET": {200}, "POST": {303, 409, 422}}
OTHERWISE = {
    "GET settings": {303}, "GET patients/{patient}/invite": {200, 409}, "POST patients/import": {415},
    "GET patients/{patient}/unlink": {200, 409},
    "POST notifications/archival": {303, 404}, "POST patients/{patient}/guardians/{guardian}/confirmation": {404, 422},
}  # fmt: skip
"""One leads on to its first page, one is refused for who has a portal already and one for who has none, one takes no
form but a file, one may name what is not theirs to archive, and one a guardian of somebody who decides alone."""


class Member(NamedTuple):
    """Somebody's place in a practice. `limits`: how much of an area they have within their level; `off`: modules."""

    practice: str = "harbour-street"
    role_type: str = "Practitioner"
    level: str = FULL
    owner: bool = False
    read_only: bool = False
    hides_names: bool = False
    state: str = "active"
    limits: tuple[tuple[str, str], ...] = ()
    off: tuple[str, ...] = ()

    def reach(self, area: str) -> str:
        """How much of an area they read: all, own or none. Contact and notes are limited as profiles are."""
        limited_by = "profiles" if area in ("contact", "notes") else area
        both = {OPENS[self.level][area], dict(self.limits).get(limited_by, "all")}
        if area == "notes" and self.role_type == ADMINISTRATOR:
            return "none"
        return next(much for much in ("none", "own", "all") if much in both)

    def reads(self, area: str, whose: str) -> bool:
        """Whether they read an area of a patient who is `own`, `other`, `revoked` or another practice's: `foreign`."""
        contact, much = self.reach("contact"), self.reach(area)
        found = (whose == "own" and contact != "none") or (whose == "other" and contact == "all")
        return found and (much == "all" or (much == "own" and whose == "own"))

    def finds(self, what: str, whose: str) -> bool:
        """Whether something that is `own`, `saved` of one's own, or another's is there for them at all: reports that
        they made or that somebody shares, what was sent to many by them or where they read everybody, and patients."""
        if what == "report":
            return whose in ("own", "saved", "shared")
        if what == "bulk":
            return whose == "own" or (whose == "other" and self.has("everybody"))
        return self.reads("contact", whose)

    def has(self, word: str) -> bool:
        """Whether what a word of NEEDS asks for is theirs."""
        words = {
            "changes": not self.read_only,
            "names": not self.hides_names,
            "full": self.level == FULL,
            "wide": self.level in (FULL, CLINICAL),
            "everybody": self.reach("profiles") == "all",
            "owner": self.owner,
            "practitioner": self.role_type != ADMINISTRATOR,
            "administrator": self.role_type == ADMINISTRATOR,
            **dict.fromkeys(("author", "maker", "kept"), True),
        }
        return words.get(word, word not in self.off)

    def __str__(self) -> str:
        """What is not as with most."""
        named = [name for name in ("owner", "read_only", "hides_names") if getattr(self, name)]
        return "-".join([self.role_type, self.level, *named, *map(str, self.limits), *self.off, self.state])


CAST = {
    "amara": {"harbour-street": Member(owner=True)},
    "rhys": {"harbour-street": Member(level=PERSONAL), "eastside-physio": Member("eastside-physio", level=CLINICAL)},
    "bea": {"harbour-street": Member(role_type=ADMINISTRATOR, level=CLINICAL)},
    "tom": {"harbour-street": Member(role_type=ADMINISTRATOR, level=CLINICAL, read_only=True, hides_names=True)},
    "ines": {"harbour-street": Member(level=CLINICAL, state="deactivated")},
    "priya": {"eastside-physio": Member("eastside-physio", owner=True)},
}
MEMBERS = {
    slug: [who for who, places in CAST.items() if slug in places and places[slug].state == "active"]
    for slug in ("harbour-street", "eastside-physio")
}
WRITES, INVITES, CHOOSES = "Patients changes names", "Invitations changes names", "Reports changes names"
# By what follows /practice/{slug}/: what one must have; and, of the patient it is about, which area one must read, with
# which module the thing is found at all. `author`: it is their own who made it. `whole`: who reads less finds it not.
# `maker`: a report that others share is theirs alone to change; `kept`: to change one that is saved takes `changes`.
NEEDS = {
    "GET ": "",
    "GET patients": "Patients",
    "POST patients": f"{WRITES} wide",
    "GET patients/new": f"{WRITES} wide",
    "GET patients/{patient}": "Patients / contact",
    "GET patients/{patient}/edit": f"{WRITES} / profiles",
    "POST patients/{patient}": f"{WRITES} / profiles",
    "POST patients/{patient}/revocations": f"{WRITES} full / profiles",
    "POST patients/{patient}/revocations/{member}/removal": f"{WRITES} full / profiles",
    "GET patients/{patient}/unlink": f"{WRITES} full / profiles",
    "POST patients/{patient}/unlinking": f"{WRITES} full / profiles",
    "GET patients/{patient}/guardians": f"{WRITES} / profiles",
    "POST patients/{patient}/guardians/{guardian}/confirmation": f"{WRITES} / profiles",
    "GET patients/{patient}/invite": f"{INVITES} / profiles",
    "POST patients/{patient}/invitations": f"{INVITES} / profiles",
    "GET invitations": "Invitations",
    "GET invitations/cancel-all": INVITES,
    "POST invitations/cancellations": INVITES,
    "POST invitations/{invitation}/cancellation": f"{INVITES} / profiles",
    "POST invitations/{invitation}/resending": f"{INVITES} / profiles",
    "GET patients/{patient}/notes": "practitioner Patients names / notes",
    "GET patients/{patient}/notes/new": f"{WRITES} practitioner / notes",
    "POST patients/{patient}/notes": f"{WRITES} practitioner / notes",
    "GET patients/{patient}/notes/{note}/share": f"{WRITES} practitioner / notes author",
    "POST patients/{patient}/notes/{note}/sharing": f"{WRITES} practitioner / notes author",
    "GET patients/import": f"{WRITES} wide everybody",
    "POST patients/import": f"{WRITES} wide everybody",
    "GET patients/import/{upload}": f"{WRITES} wide everybody author",
    "POST patients/import/{upload}/start": f"{WRITES} wide everybody author",
    "GET notifications": "",
    "GET notifications/archived": "",
    "POST notifications/archival": "changes",
    "POST notifications/{notification}/archival": "changes / profiles Patients whole",
    "GET settings/general": "full",
    "GET settings/communication-templates": "full",
    **dict.fromkeys(
        ("GET settings/general/patient-portal/edit", "POST settings/general/patient-portal", *(
            f"{way} settings/communication-templates{rest}" for way, rest in (
                ("GET", "/new"), ("POST", ""), ("GET", "/{template}/edit"), ("POST", "/{template}"),
                ("GET", "/{template}/remove"), ("POST", "/{template}/removal")))), "full changes"),
    "GET updates": WRITES,
    "GET updates/{update}": f"{WRITES} / profiles",
    "POST updates/{update}/decision": f"{WRITES} / profiles",
    "GET settings": "",
    "GET settings/users": "",
    **dict.fromkeys(
        ("POST settings/users", "GET settings/users/new", "POST settings/users/{member}", *(
            f"{method} settings/users/{{member}}/{what}" for method, what in (
                ("GET", "edit"), ("GET", "activate"), ("POST", "activation"), ("GET", "deactivate"),
                ("POST", "deactivation"), ("POST", "cancellation"), ("POST", "resending")))), "owner"),
    "GET viewing": "administrator",
    "POST viewing": "administrator",
    **dict.fromkeys(("GET reports", "GET reports/patient", "GET reports/new", "POST reports"), "Reports"),
    **dict.fromkeys(
        ("GET reports/{report}", "POST reports/{report}/run", "GET reports/{report}/download"), "Reports / report"),
    **dict.fromkeys(("GET reports/{report}/filters", "POST reports/{report}/filters"), "Reports / report maker kept"),
    **dict.fromkeys((f"{way} reports/{{report}}/{what}" for way, what in (
        ("GET", "save"), ("POST", "saving"), ("GET", "remove"), ("POST", "removal"))),
        "Reports changes / report maker"),
    "POST reports/{report}/choice": f"{CHOOSES} / report",
    **dict.fromkeys(
        ("GET reports/{report}/invite", "POST reports/{report}/invite"), f"{CHOOSES} {INVITES} / report"),
    **dict.fromkeys(
        ("GET reports/{report}/patient-status", "POST reports/{report}/patient-status"),
        f"{CHOOSES} {WRITES} / report"),
    "GET bulk-invitations": "Invitations",
    **dict.fromkeys(
        ("GET bulk-invitations/{bulk_invitation}", "GET bulk-invitations/{bulk_invitation}/download"),
        "Invitations / bulk"),
    **dict.fromkeys(
        ("POST bulk-invitations/{bulk_invitation}/cancellation",
         "POST bulk-invitations/{bulk_invitation}/another-try"), f"{INVITES} / bulk"),
}  # fmt: skip


def expected(method: str, path: str, who: Member | None, whose: str, *, logged_in: bool = True) -> set[int]:
    """The statuses that an address below /practice/{slug} may answer a member with, or a stranger: None. `whose`: the
    patient, report or bulk invitation of which it speaks. Raises KeyError for an address that PRODUCT.md does not
    speak of."""
    tail = path.removeprefix("/practice/{slug}").strip("/")
    words, _, of_one = NEEDS[f"{method} {tail}"].partition(" / ")
    area, *modules = of_one.split() or [""]
    if not logged_in:
        return {303}
    if who is None or who.state != "active":
        return {404}
    there = who.reads(area, whose) if "whole" in modules else who.finds(area, whose)
    found = not area or (there and all(map(who.has, modules)))
    if not all(map(who.has, words.split())):
        return {403} if found else {403, 404}
    if not found:
        return {404}
    if ("maker" in modules and whose == "shared") or ("kept" in modules and whose == "saved" and who.read_only):
        return {403}
    authors = "author" in (*words.split(), *modules)
    if area and area not in ("report", "bulk") and not who.reads(area, whose):
        return {403, 404} if authors else {403}
    passed = OTHERWISE.get(f"{method} {tail}", PASSED[method])
    return {403, 404} | (passed if whose == "own" else set()) if authors else passed
