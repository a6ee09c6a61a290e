"""The one statement that finds a page of patients."""

from typing import Any

from db.tables.member import Limit
from domain import clock
from domain.paging import PAGE
from domain.patients import standing
from domain.patients.question import Order, PortalState, Question
from domain.patients.search import Match
from domain.permissions import Area, PlacePermission, may, reach
from domain.places import FOUND_ALL, FULL_NAME, OWN, Place

MOST_COUNTED = 1_000
"""A search looks no further in any one index, and says so."""


class ListingQuery:
    """The statement for one member and question. Its words are all ours: whatever was typed is a value."""

    def __init__(self, place: Place, asked: Question) -> None:
        self.place, self.asked = place, asked
        self.owned = reach(place, asked.area) == "own"
        self.values: list[Any] = [place.practice.id, place.member]
        if Limit.OWN in {reach(place, area) for area in (asked.area, Area.PROFILES, Area.CALENDARS)}:
            self.values.append(place.own)
        self.now = self._value(clock.now())
        self.filters = self._filters()
        by_first_name = asked.order is Order.FIRST_NAME
        self.sort = "code" if place.hides_names else "first_key" if by_first_name else "last_key"

    def _value(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def sql(self, found: tuple[Match, ...] | None, skipped: int) -> str:
        """`found`: what is searched for; None finds all."""
        # Limit and offset are no values: a plan that does not know them sorts every patient.
        counted = "NULL::bigint" if found is None and not self._beginning else "count(*) OVER ()"
        page = (
            f"SELECT id, sort, {counted} AS many FROM ({self._hits(found)}) hits"  # noqa: S608 - words of ours
            f" ORDER BY sort, id LIMIT {PAGE + 1} OFFSET {int(skipped)}"
        )
        return (
            f"SELECT h.many, p.id, {self._columns()} FROM ({page}) h JOIN patient p ON p.id = h.id"  # noqa: S608 - words of ours
            " LEFT JOIN member m ON m.id = p.practitioner LEFT JOIN account w ON w.id = m.account ORDER BY h.sort, h.id"
        )

    @property
    def _beginning(self) -> str:
        """The few that it is enough to look at, where an index names them."""
        if self.owned:
            return (
                "SELECT id FROM patient WHERE practitioner = $3 UNION"
                " SELECT patient FROM appointment WHERE practitioner = $3 AND status = 'Booked'"
            )
        if self.asked.portal is PortalState.INVITED and self._sees_invitations:
            return (
                "SELECT patient AS id FROM invitation WHERE practice = $1 AND state = 'Pending'"  # noqa: S608 - words of ours
                f" AND expires_at > {self.now}"
            )
        return ""

    def _hits(self, found: tuple[Match, ...] | None) -> str:
        where = f"{FOUND_ALL}{f' AND {OWN}' if self.owned else ''}{self.filters}"
        chosen = f"SELECT p.id, p.{self.sort} AS sort"
        if beginning := self._beginning:
            either = "" if found is None else f" AND ({' OR '.join(self._fits(match) for match in found)})"
            # One by one by its key: OFFSET 0 keeps the planner from reading the whole table instead.
            one = f"{chosen} FROM patient p WHERE p.id = few.id AND {where}{either} OFFSET 0"
            return f"SELECT one.id, one.sort FROM ({beginning}) few CROSS JOIN LATERAL ({one}) one"  # noqa: S608 - words of ours
        if found is None:
            return f"{chosen} FROM patient p WHERE {where}"
        return " UNION ".join(
            f"({chosen} FROM patient p WHERE {where} AND {self._fits(match)}"
            f" ORDER BY p.{match.column} LIMIT {MOST_COUNTED + 1})"
            for match in found
        )

    def _fits(self, match: Match) -> str:
        first, last = (self._value(bound) for bound in match.bounds)
        words = [
            f"strpos(' ' || p.last_key || ' ' || p.preferred_key, {self._value(' ' + w)}) > 0" for w in match.words
        ]
        # The last says what a partial index wants to hear.
        return " AND ".join(
            [f"p.{match.column} >= {first}", f"p.{match.column} < {last}", f"p.{match.column} <> ''", *words]
        )

    @property
    def _sees_invitations(self) -> bool:
        return may(self.place, PlacePermission.VIEW_INVITATIONS)

    def _filters(self) -> str:
        """Whoever may not see invitations learns only whether there is a portal: to them nobody is invited."""
        invited = "false"
        if self._sees_invitations:
            invited = f"EXISTS (SELECT FROM invitation open WHERE {standing.open_invitation(self.now)})"
        portal_is = standing.portal_state_is(invited)
        self.state, said = standing.portal_state(portal_is), ""
        if self.asked.portal:
            said += f" AND {portal_is[self.asked.portal]}"
        if self.asked.status:
            said += f" AND {standing.STATUS_IS[self.asked.status]}"
        if self.asked.practitioner:
            said += f" AND p.practitioner = {self._value(self.asked.practitioner)}"
        return said

    def _columns(self) -> str:
        """What is not for this member is never selected."""
        profile, calendar = (self._reads(area) for area in (Area.PROFILES, Area.CALENDARS))
        if not may(self.place, PlacePermission.VIEW_CALENDAR):
            calendar = "false"
        named = "p.code AS name, '' AS phone, '' AS email"
        if not self.place.hides_names:
            named = f"{FULL_NAME} AS name, p.phone, p.email"
        return (
            f"{named}, CASE WHEN {profile} THEN coalesce(w.name, '') END AS practitioner,"  # noqa: S608 - words of ours
            f" CASE WHEN {profile} THEN {self.state} END AS portal,"
            f" CASE WHEN {profile} THEN {standing.STATUS} END AS status,"
            f" CASE WHEN {calendar} THEN (SELECT min(a.starts_at) FROM appointment a WHERE a.patient = p.id"
            f"  AND a.status = 'Booked' AND a.starts_at > {self.now}) END AS next_at"
        )

    def _reads(self, area: Area) -> str:
        return {"all": "true", "own": f"({OWN})", "none": "false"}[reach(self.place, area)]
