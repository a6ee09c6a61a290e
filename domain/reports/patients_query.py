"""Which patients a report is about, for one member and what they ask, and what is read of each. The words of its
statements are all ours: what was typed is a value."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from db.keys import key
from db.tables.member import Limit
from domain import clock
from domain.patients import standing
from domain.patients.question import PortalState
from domain.permissions import Area, PlacePermission, may, reach
from domain.places import FOUND_ALL, FULL_NAME, OWN, Place
from domain.reports.case_load_filters import Asked, HasEmail, NextAppointment, calendars, owing
from domain.reports.report_type import Condition

WITHIN = {NextAppointment.WEEK: timedelta(days=7), NextAppointment.MONTH: timedelta(days=30)}


class PatientsQuery(Condition):
    """Who is in the report, as a condition on patient `p`, and what is read of each."""

    def __init__(self, place: Place, asked: Asked) -> None:
        super().__init__("", [place.practice.id, place.member])
        self.place, self.asked = place, asked
        self._known: dict[object, str] = {}
        self.moment = clock.now()
        self.owned = reach(place, Area.PROFILES) == "own"
        self.key = "p.code" if place.hides_names else "p.last_key"
        self.sql = " AND ".join([FOUND_ALL, self.as_far_as(reach(place, Area.PROFILES)), *self._filters()])

    def as_far_as(self, limit: Limit) -> str:
        """Whether `p` is among those of whom a limit lets the member read."""
        if limit == "own":
            return f"({OWN.replace('$3', self._once(self.place.own))})"
        return "true" if limit == "all" else "false"

    @property
    def people(self) -> str:
        """The patients among whom it is looked: where somebody finds their own, those alone."""
        if not self.owned:
            return "patient p"
        own = self._once(self.place.own)
        return (
            f"(SELECT id FROM patient WHERE practitioner = {own} UNION SELECT patient FROM appointment"  # noqa: S608 - words of ours
            f" WHERE practitioner = {own} AND status = 'Booked') few"
            # One by one by its key: OFFSET 0 keeps the planner from reading the whole table instead.
            " CROSS JOIN LATERAL (SELECT * FROM patient one WHERE one.id = few.id OFFSET 0) p"
        )

    @property
    def portal_is(self) -> dict[PortalState, str]:
        """What makes the portal state of `p`."""
        if not self.sees_invitations:
            return standing.portal_state_is("false")
        return standing.portal_state_is(f"EXISTS (SELECT FROM invitation open WHERE {self.open_invitation})")

    @property
    def asks_appointments(self) -> bool:
        return bool(self.asked.seen_since or self.asked.not_seen_since or self.asked.next)

    @property
    def sees_invitations(self) -> bool:
        return may(self.place, PlacePermission.VIEW_INVITATIONS)

    @property
    def open_invitation(self) -> str:
        """Whether invitation `open` is one of `p` that can still be accepted."""
        return f"open.practice = $1 AND {standing.open_invitation(self._now)}"

    def columns(self) -> Iterator[str]:
        """What is read of `p`, whose practitioner is `w`. What is not for this member is never selected."""
        yield "p.code AS name" if self.place.hides_names else f"{FULL_NAME} AS name, p.email"
        yield f"coalesce(w.name, '') AS practitioner, {standing.STATUS} AS status"
        yield f"{standing.portal_state(self.portal_is)} AS portal"
        if calendars(self.place) != "none":
            yield f"{self.last} AS last, {self.next} AS next"
        if owing(self.place) != "none":
            yield f"{self.owing} AS owing"

    @property
    def as_far_as_calendars(self) -> str:
        return self.as_far_as(calendars(self.place))

    @property
    def as_far_as_invoices(self) -> str:
        return self.as_far_as(owing(self.place))

    @property
    def last(self) -> str:
        """When the last appointment of `p` that is over began."""
        inside = self.as_far_as_calendars
        return f"CASE WHEN {inside} THEN (SELECT max(a.starts_at) FROM appointment a WHERE {self.over('a')}) END"  # noqa: S608 - words of ours

    @property
    def next(self) -> str:
        """When the next appointment of `p` begins."""
        inside = self.as_far_as_calendars
        return f"CASE WHEN {inside} THEN (SELECT min(a.starts_at) FROM appointment a WHERE {self.coming('a')}) END"  # noqa: S608 - words of ours

    @property
    def owing(self) -> str:
        """What `p` owes."""
        return (
            f"CASE WHEN {self.as_far_as_invoices} THEN (SELECT coalesce(sum(i.total - i.paid), 0)"  # noqa: S608 - words of ours
            " FROM invoice i WHERE i.patient = p.id AND i.practice = $1 AND i.paid < i.total) END"
        )

    def over(self, a: str, patient: str = "p.id") -> str:
        """Whether appointment `a` of a patient took place and is over."""
        return (
            f"{a}.patient = {patient} AND {a}.status = 'Booked' AND {a}.starts_at < {self._now}"
            f" AND {a}.ends_at <= {self._now}"
        )

    def coming(self, a: str, patient: str = "p.id") -> str:
        """Whether appointment `a` of a patient is to come."""
        return f"{a}.patient = {patient} AND {a}.status = 'Booked' AND {a}.starts_at > {self._now}"

    @property
    def _now(self) -> str:
        return self._once(self.moment)

    def _once(self, value: object) -> str:
        """A value that is said in many places and sent once."""
        if value not in self._known:
            self._known[value] = self.value(value)
        return self._known[value]

    def _filters(self) -> Iterator[str]:
        asked = self.asked
        if asked.practitioner:
            yield f"p.practitioner = {self.value(asked.practitioner)}"
        if self.asks_appointments:
            yield self.as_far_as_calendars
            yield from self._appointments()
        yield from self._ages()
        if asked.status:
            yield standing.STATUS_IS[asked.status]
        if asked.portal:
            # Not of portal_is: a moment that no word of the statement needs has no type there.
            yield standing.HAS_PORTAL if asked.portal is PortalState.LINKED else self.portal_is[asked.portal]
        if asked.has_email:
            yield f"p.email_key {'<>' if asked.has_email is HasEmail.YES else '='} ''"
        if asked.tag:
            yield self._tagged(asked.tag)
        if asked.city:
            yield f"p.city_key = {self.value(key(asked.city))} AND p.city_key <> ''"

    def _tagged(self, tag: UUID) -> str:
        return (
            "EXISTS (SELECT FROM patient_tag t JOIN tag g ON g.id = t.tag AND g.practice = $1"
            f" WHERE t.patient = p.id AND t.tag = {self.value(tag)})"
        )

    def _appointments(self) -> Iterator[str]:
        asked = self.asked
        if asked.seen_since:
            yield f"EXISTS ({self._seen_since(asked.seen_since)})"
        if asked.not_seen_since:
            yield f"NOT EXISTS ({self._seen_since(asked.not_seen_since)})"
        if asked.next:
            one = f"EXISTS (SELECT FROM appointment a WHERE {self.coming('a')}"
            within = WITHIN.get(asked.next)
            one += f" AND a.starts_at < {self.value(self.moment + within)})" if within else ")"
            yield f"NOT {one}" if asked.next is NextAppointment.NONE else one

    def _seen_since(self, day: date) -> str:
        midnight = datetime.combine(day, time(), self.place.practice.zone)
        return f"SELECT FROM appointment a WHERE {self.over('a')} AND a.starts_at >= {self.value(midnight)}"

    def _ages(self) -> Iterator[str]:
        if self.asked.age_from is not None:
            yield f"p.birth_date <= {self.value(self._turned(self.asked.age_from))}"
        if self.asked.age_to is not None:
            yield f"p.birth_date > {self.value(self._turned(self.asked.age_to + 1))}"

    def _turned(self, age: int) -> date:
        """The last day on which somebody was born who is so many years old today."""
        today = self.moment.astimezone(self.place.practice.zone).date()
        try:
            return today.replace(year=today.year - age)
        except ValueError:  # on 29 February
            return date(today.year - age, 2, 28)
