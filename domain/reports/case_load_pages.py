"""Case Load's whole statements: the count, a page in some order, a batch of a sheet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from domain.paging import PAGE, offset
from domain.patients import standing
from domain.patients.question import PortalState
from domain.reports.patients_query import PatientsQuery

FEW, SOME = 5_000, 50_000
"""So many patients are put in order as a whole; of more, the first are looked for along an index. Where appointments
are asked for and ordered by, the latter: who has none is not found along those that there are."""
BACKWARDS = "-"
"""What an order that runs backwards begins with."""


@dataclass(frozen=True)
class Order:
    """By what, which way, and how many are wanted from the first on."""

    name: str
    down: str
    most: int


def counting(query: PatientsQuery) -> str:
    """How many patients each practitioner has in every portal state, in columns called so."""
    # Joined, and not looked up for each patient; grouped by the practitioner alone, of whom PostgreSQL knows that they
    # are few: by more it would sort everybody.
    sees = query.sees_invitations
    invited = f" LEFT JOIN invitation open ON {query.open_invitation}" if sees else ""
    is_ = standing.portal_state_is("open.patient IS NOT NULL" if sees else "false")
    states = ", ".join(f'count(*) FILTER (WHERE {is_[state]}) AS "{state}"' for state in PortalState)
    return (
        f"SELECT h.*, w.name FROM (SELECT p.practitioner, {states} FROM {query.people}{invited} WHERE {query.sql}"  # noqa: S608 - words of ours
        " GROUP BY p.practitioner) h LEFT JOIN member m ON m.id = h.practitioner"
        " LEFT JOIN account w ON w.id = m.account ORDER BY w.name NULLS LAST, h.practitioner"
    )


def batch(query: PatientsQuery, after: tuple[str, Any] | None, most: int) -> str:
    """The next rows by name, after the last one's sort key and id."""
    beyond = ""
    if after:
        beyond = f" AND ({query.key}, p.id) > ({query.value(after[0])}, {query.value(after[1])})"
    hits = (
        f"SELECT p.id, NULL::text AS rank, {query.key} AS sort FROM {query.people} WHERE {query.sql}{beyond}"  # noqa: S608 - words of ours
        f" ORDER BY sort, id LIMIT {int(most)}"
    )
    return _with_columns(query, hits, "h.sort, h.id")


def page(query: PatientsQuery, sort: str, number: int, many: int | None) -> str:
    """One page and the first row of the next. `many` is about how many there are, if that is known. Raises NotFound
    for a page that cannot be."""
    skipped = offset(number)
    order = Order(sort.removeprefix(BACKWARDS), " DESC" if sort.startswith(BACKWARDS) else "", skipped + PAGE + 1)
    by = [f"rank{order.down} NULLS LAST", "sort", "id"]
    if order.name == "name":
        by = [f"sort{order.down}", f"id{order.down}"]
    most = SOME if query.asks_appointments and order.name in ("last", "next") else FEW
    few = query.owned or (many is not None and many <= most)
    hits = (_whole if few else ALONG[order.name])(query, order)
    limited = f"SELECT * FROM ({hits}) hits ORDER BY {', '.join(by)} LIMIT {PAGE + 1} OFFSET {skipped}"  # noqa: S608 - words of ours
    return _with_columns(query, limited, ", ".join(f"h.{part}" for part in by))


def _with_columns(query: PatientsQuery, hits: str, order: str) -> str:
    return (
        f"SELECT h.id, h.sort, {', '.join(query.columns())} FROM ({hits}) h JOIN patient p ON p.id = h.id"  # noqa: S608 - words of ours
        f" LEFT JOIN member m ON m.id = p.practitioner LEFT JOIN account w ON w.id = m.account ORDER BY {order}"
    )


def _whole(query: PatientsQuery, order: Order) -> str:
    """All of them, with what they are put in order by."""
    rank = _rank(query, order)
    # Materialized: which of them match is looked up in whatever way is the quickest, not along the order.
    return (
        f"WITH whole AS MATERIALIZED (SELECT p.id, {rank} AS rank, {query.key} AS sort FROM {query.people}"  # noqa: S608 - words of ours
        f" WHERE {query.sql}) SELECT * FROM whole"
    )


def _rank(query: PatientsQuery, order: Order) -> str:
    match order.name:
        case "last":
            return query.last
        case "next":
            return query.next
        case "owing":
            return f"nullif({query.owing}, 0)"
        case "practitioner":
            return "(SELECT w.name FROM member m JOIN account w ON w.id = m.account WHERE m.id = p.practitioner)"
        case _:
            return "NULL::text"


def _along_names(query: PatientsQuery, _: Order) -> str:
    return f"SELECT p.id, NULL::text AS rank, {query.key} AS sort FROM patient p WHERE {query.sql}"  # noqa: S608 - words of ours


def _along_practitioners(query: PatientsQuery, order: Order) -> str:
    def first(whose: str) -> str:
        return (
            f"SELECT p.id, {query.key} AS sort FROM patient p WHERE p.practice = $1 AND {whose} AND {query.sql}"  # noqa: S608 - words of ours
            f" ORDER BY {query.key}, p.id LIMIT {order.most}"
        )

    return (
        "SELECT their.id, w.name AS rank, their.sort FROM member m JOIN account w ON w.id = m.account"  # noqa: S608 - words of ours
        f" CROSS JOIN LATERAL ({first('p.practitioner = m.id')}) their WHERE m.practice = $1"
        f" UNION ALL SELECT nobodys.id, NULL, nobodys.sort FROM ({first('p.practitioner IS NULL')}) nobodys"
    )


def _along_appointments(query: PatientsQuery, order: Order) -> str:
    counts, before = (query.over, ">") if order.name == "last" else (query.coming, "<")
    inside = query.as_far_as_calendars
    some = (
        f"SELECT p.id, a.starts_at AS rank, {query.key} AS sort FROM appointment a JOIN patient p ON {counts('a')}"  # noqa: S608 - words of ours
        f" WHERE a.practice = $1 AND {inside} AND {query.sql} AND NOT EXISTS (SELECT FROM appointment b"
        f" WHERE {counts('b', 'a.patient')} AND (b.starts_at, b.id) {before} (a.starts_at, a.id))"
        f" ORDER BY a.starts_at{order.down}, {query.key}, p.id LIMIT {order.most}"
    )
    has_one = f"{inside} AND EXISTS (SELECT FROM appointment a WHERE {counts('a')})"
    return _and_the_rest(query, some, has_one, order)


def _along_debts(query: PatientsQuery, order: Order) -> str:
    inside = query.as_far_as_invoices
    debts = (
        "SELECT i.patient, sum(i.total - i.paid) AS rank FROM invoice i"  # noqa: S608 - words of ours
        " WHERE i.practice = $1 AND i.paid < i.total"
        f" GROUP BY i.patient ORDER BY rank{order.down} OFFSET 0"
    )
    # The patients one by one in that order: OFFSET 0 keeps the planner from reading all of them first.
    some = (
        f"SELECT p.id, debt.rank, {query.key} AS sort FROM ({debts}) debt CROSS JOIN LATERAL"  # noqa: S608 - words of ours
        f" (SELECT * FROM patient p WHERE p.id = debt.patient AND {inside} AND {query.sql} OFFSET 0) p"
        f" ORDER BY debt.rank{order.down}, {query.key}, p.id LIMIT {order.most}"
    )
    has_one = (
        f"{inside} AND EXISTS (SELECT FROM invoice i WHERE i.patient = p.id AND i.practice = $1 AND i.paid < i.total)"
    )
    return _and_the_rest(query, some, has_one, order)


def _and_the_rest(query: PatientsQuery, some: str, has_one: str, order: Order) -> str:
    """`some` who have a rank and, where they do not fill the page, those who have none, by name."""
    return (
        f"WITH those AS MATERIALIZED ({some}), rest AS (SELECT p.id, {query.key} AS sort FROM patient p"  # noqa: S608 - words of ours
        f" WHERE {query.sql} AND ({has_one}) IS NOT TRUE ORDER BY {query.key}, p.id"
        f" LIMIT greatest(0, {order.most} - (SELECT count(*) FROM those)))"
        " SELECT id, rank, sort FROM those UNION ALL SELECT id, NULL, sort FROM rest"
    )


ALONG: dict[str, Callable[[PatientsQuery, Order], str]] = {
    "name": _along_names,
    "practitioner": _along_practitioners,
    "last": _along_appointments,
    "next": _along_appointments,
    "owing": _along_debts,
}
