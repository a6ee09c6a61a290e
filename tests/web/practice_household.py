"""The practices of the cast with canaries in every text, and every route of theirs walked by members of every kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from db.engine import run
from db.ids import new_id
from demo.people import known_id
from settings import Settings
from tests.web import model as portal_model
from tests.web import practice_model as model
from tests.web.canaries import found
from tests.web.household import Household, undone
from tests.web.practice_model import Member
from tests.web.practice_readers import Fact, Reader, Stranger, facts, whose
from tests.web.wire import Answer, Route, routes, send

HARBOUR, EASTSIDE = "harbour-street", "eastside-physio"
PARTIAL = {"hx-request": "true", "hx-request-type": "partial"}
WHOM = {"invit": ("nadia", "ana"), "guardian": ("leo", "beto")}
"""Who is asked about where not everybody would do: patients without a portal, and with guardians."""
PEOPLE = {HARBOUR: ("leo", "mina", "jun", "nadia", "owen", "ana"), EASTSIDE: ("ivy", "theo")}
OF_A_PATIENT = {
    "patient": "SELECT $1::uuid AS id",
    "update": "SELECT id FROM patient_update WHERE patient = $1 AND state = 'Waiting'",
    "invitation": "SELECT id FROM invitation WHERE patient = $1 AND state = 'Pending'",
    "note": "SELECT n.id FROM note n JOIN patient p ON p.id = n.patient WHERE p.id = $1 AND NOT n.shared"
    " ORDER BY n.author <> p.practitioner LIMIT 1",
    "guardian": "SELECT id FROM guardian_confirmation WHERE patient = $1 LIMIT 1",
    "notification": "SELECT id FROM notification WHERE patient = $1 ORDER BY id LIMIT 1",
}
_ACTIVE = "SELECT id FROM member WHERE practice = $1 AND active AND level <> 'Full Access' ORDER BY id LIMIT 1"
_INACTIVE = "SELECT id FROM member WHERE practice = $1 AND NOT active AND accepted_at IS NOT NULL LIMIT 1"
OF_A_PRACTICE = {
    "member": "SELECT id FROM member WHERE practice = $1 AND accepted_at IS NULL AND declined_at IS NULL LIMIT 1",
    **dict.fromkeys(("member for deactivate", "member for deactivation", "member for edit"), _ACTIVE),
    **dict.fromkeys(("member for activate", "member for activation"), _INACTIVE),
    "template": "SELECT id FROM communication_template WHERE practice = $1 LIMIT 1",
    "upload": "SELECT id FROM patient_upload WHERE practice = $1 LIMIT 1",
    "report": "SELECT r.id FROM report r JOIN member m USING (practice, account) WHERE r.practice = $1 AND m.owner"
    " AND r.name = '' LIMIT 1",
    "bulk_invitation": "SELECT b.id FROM bulk_invitation b JOIN member m USING (practice, account)"
    " WHERE b.practice = $1 AND m.owner LIMIT 1",
}
OF_A_MEMBER = {
    "report": {
        "own": "practice = $1 AND account = $2 AND name = ''",
        "saved": "practice = $1 AND account = $2 AND name <> '' AND NOT shared",
        "shared": "practice = $1 AND account <> $2 AND shared",
        "private": "practice = $1 AND account <> $2 AND NOT shared",
    },
    "bulk_invitation": {
        "own": "practice = $1 AND account = $2",
        "other": "practice = $1 AND account <> $2",
    },
}
"""What somebody made, saved or sent, and what it is to a member."""


@dataclass
class PracticeHousehold:
    """Everything that a walk needs, and what the walks have asked and seen."""

    site: Any
    household: Household
    routes: list[Route]
    asked: set[str] = field(default_factory=set)
    passed: set[str] = field(default_factory=set)
    """Routes that somebody got past the gate of."""
    read: set[str] = field(default_factory=set)
    """Fields of which a word was really seen, by somebody who may."""

    facts: dict[tuple[str, UUID], list[Fact]] = field(default_factory=dict)
    _ids: dict[tuple[str, UUID], dict[str, object]] = field(default_factory=dict)

    @classmethod
    async def settle(cls, site: Any, settings: Settings) -> "PracticeHousehold":
        """Builds the cast into empty tables with a word in every text."""
        practices = cls.of(await Household.settle(site, settings))
        for slug, members in model.MEMBERS.items():
            for who in members:
                await practices.run_reports(slug, practices.household.tokens[who], known_id("account", who))
        return practices

    @classmethod
    def of(cls, household: Household) -> "PracticeHousehold":
        """The practices of a cast that is there already."""
        site = household.site
        return cls(site, household, [r for r in routes(site) if r.path.startswith("/practice/")])

    async def walk(self, slug: str, token: str | None, who: Reader | Stranger, *, partials: bool = False) -> list[str]:
        """What is wrong when somebody goes everywhere in a practice: statuses that are not the model's, words that are
        not theirs. `partials`: asks for the pieces of the pages too."""
        async with undone():
            return await self._walk(slug, token, who, partials=partials)

    async def _walk(self, slug: str, token: str | None, who: Reader | Stranger, *, partials: bool) -> list[str]:
        self.facts = self.facts | await facts("note") if self.facts else await facts()
        wrong, place = [], who.place if isinstance(who, Reader) else None
        if token and place and place.state == "active":
            await self.run_reports(slug, token, who.account)
        for route in self.routes:
            for relation, ids in (await self._abouts(route, slug, who)).items():
                for partial in (False, True) if partials and route.method == "GET" and relation == "own" else (False,):
                    form = (
                        {"shown": str(ids["notification"])} if route.path.endswith("notifications/archival") else None
                    )
                    answer = await self.ask(route, ids, token, partial=partial, form=form)
                    about = f"{route}{' (partial)' if partial else ''} at {slug}, {relation}, as {place}"
                    right = model.expected(route.method, route.path, place, relation, logged_in=bool(token))
                    if partial and not token:
                        right = {401}
                    if answer.status not in right:
                        wrong.append(f"{about}: {answer.status}, not {right}")
                    if answer.status in (200, 303, 409, 415, 422):
                        self.passed.add(str(route))
                    wrong += self._leaks(about, answer, who)
        return wrong

    async def run_reports(self, slug: str, token: str, account: UUID | None) -> None:
        """Runs a member's own report and one that is shared with them, and chooses everybody in their own."""
        named = {str(route): route for route in self.routes}
        run_again, choose = (named[f"POST /practice/{{slug}}/reports/{{report}}/{what}"] for what in ("run", "choice"))
        ids = await self.ids(slug, known_id("patient", PEOPLE[slug][0]))
        theirs = await self.of_a_member("report", slug, account)
        for report in ("shared", "own"):
            await self.sent(run_again, {**ids, "report": theirs[report]}, token)
        await self.sent(choose, {**ids, "report": theirs["own"]}, token, form={"version": "1", "choose": "all"})

    async def of_a_member(self, name: str, slug: str, account: UUID | None) -> dict[str, object]:
        """One of each kind that there is for this member."""
        found: dict[str, object] = {}
        for relation, which in OF_A_MEMBER[name].items():
            rows = await run(
                f"SELECT id FROM {name} WHERE {which} ORDER BY id LIMIT 1", known_id("practice", slug), account
            )
            if rows:
                found[relation] = rows[0]["id"]
        return found

    async def mine(self, slug: str, account: UUID) -> dict[str, object]:
        """The ids in addresses of what a member made and sent."""
        return {name: (await self.of_a_member(name, slug, account))["own"] for name in OF_A_MEMBER}

    async def _abouts(self, route: Route, slug: str, who: Reader | Stranger) -> dict[str, dict[str, object]]:
        """The ids of an address about something of each kind that there is for this member."""
        patients = self._patients(route, slug, who)
        name = next((name for name in route.names if name in OF_A_MEMBER), "")
        if not name or not isinstance(who, Reader):
            return {relation: await self.ids(slug, patient) for relation, patient in patients.items()}
        ids, theirs = await self.ids(slug, patients["own"]), await self.of_a_member(name, slug, who.account)
        if not route.path.endswith("/filters"):
            theirs.pop("saved", None)
        return {relation: {**ids, name: one} for relation, one in theirs.items()}

    def _patients(self, route: Route, slug: str, who: Reader | Stranger) -> dict[str, UUID]:
        """A patient of each kind that there is for this member; one where the address speaks of none."""
        needed = next((word for word in WHOM if f"{{patient}}/{word}" in route.path and slug == HARBOUR), "")
        everybody = [known_id("patient", short) for short in WHOM.get(needed, PEOPLE[slug])]
        relations: dict[str, UUID] = {}
        for patient in everybody:
            relations.setdefault(who.whose[patient] if isinstance(who, Reader) else "other", patient)
        if not set(route.names) & set(OF_A_PATIENT):
            return {"own": everybody[0]}
        elsewhere = PEOPLE[EASTSIDE if slug == HARBOUR else HARBOUR][0]
        return relations | {"foreign": known_id("patient", elsewhere)}

    async def ids(self, slug: str, patient: UUID) -> dict[str, object]:
        """An id of every kind by its name in addresses: of this patient where it is about one, else of the practice."""
        ids: dict[str, object] = {"slug": slug, "practitioner": known_id("member", f"{HARBOUR}:rhys")}
        if (slug, patient) in self._ids:
            return self._ids[slug, patient]
        practice = known_id("practice", slug)
        for names, of in ((OF_A_PATIENT, patient), (OF_A_PRACTICE, practice)):
            for name, query in names.items():
                rows = await run(query, of)
                ids[name] = rows[0]["id"] if rows else new_id()
        self._ids[slug, patient] = ids
        return ids

    async def ask(
        self,
        route: Route,
        ids: Mapping[str, object],
        token: str | None,
        *,
        partial: bool = False,
        query: str = "",
        form: Mapping[str, object] | None = None,
    ) -> Answer:
        """One request, whose changes are undone."""
        async with undone():
            return await self.sent(route, ids, token, partial=partial, query=query, form=form)

    async def sent(
        self,
        route: Route,
        ids: Mapping[str, object],
        token: str | None,
        *,
        partial: bool = False,
        query: str = "",
        form: Mapping[str, object] | None = None,
    ) -> Answer:
        """One request."""
        self.asked.add(str(route))
        cookie = f"__Host-session={token}" if token else ""
        last = route.path.rpartition("/")[2]
        target = route.filled({**ids, "member": ids.get(f"member for {last}", ids["member"])}) + query
        headers = PARTIAL if partial else {}
        return await send(self.site, route.method, target, cookie=cookie, headers=headers, form=form)

    def _leaks(self, about: str, answer: Answer, who: Reader | Stranger) -> list[str]:
        everything = answer.text + "\n".join(value for _, value in answer.headers)
        wrong = []
        for word, canary in found(everything, self.household.planted):
            if who.may_read(canary, self.facts):
                self.read.add(canary.field)
            else:
                wrong.append(f"{about}: shows {canary.field} ({word})")
        return wrong

    async def one_of_the_cast(self, who: str | None, slug: str) -> tuple[str | None, Reader | Stranger]:
        """Their session and how they stand in a practice."""
        if who is None:
            return None, Stranger(None)
        token, place = self.household.tokens[who], model.CAST.get(who, {}).get(slug)
        if place is not None:
            return token, await self._member(who, slug, place)
        standings = {known_id("portal", whose): standing for (short, whose), standing in portal_model.CAST.items()
                     if short == who}  # fmt: skip
        return token, Stranger(known_id("account", who), standings)

    async def _member(self, who: str, slug: str, place: Member) -> Reader:
        practice, member = known_id("practice", slug), known_id("member", f"{slug}:{who}")
        theirs = await whose(practice, member, place)
        return Reader(practice, member, known_id("account", who), place, theirs)
