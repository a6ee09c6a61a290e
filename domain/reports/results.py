"""A page of a report's results, as its patients are now."""

from dataclasses import dataclass
from uuid import UUID

from db.engine import Prepared
from domain import audit
from domain.permissions import PlacePermission, demand
from domain.places import Place
from domain.reports import types
from domain.reports.report import Report, find
from domain.reports.report_type import Column, Row
from domain.reports.running import Run, last_run


@dataclass(frozen=True)
class Results:
    """One page. `chosen` are the patients on it whom the member has ticked; `run` is what was counted at Run."""

    report: Report
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    sort: str
    page: int
    more: bool
    run: Run | None
    chosen: frozenset[UUID]


_chosen = Prepared(
    "SELECT c.patient FROM chosen_patient c JOIN report_run u ON u.id = c.run"
    " WHERE u.report = $1 AND u.member = $2 AND u.report_version = $3 AND c.patient = ANY ($4)"
)


async def read(place: Place, report: UUID, sort: str = "", page: int = 1) -> Results:
    """One page of a report that the member may open, in the order `sort`: what is not offered is the first order.
    Writes 'report:view', for it reads of many patients at once.

    Raises NotPermitted, NotFound also for a page that cannot be, and Refused for filters that cannot be read any more.
    """
    demand(place, PlacePermission.VIEW_REPORTS)
    found = await find(place, report)
    kind, ran = types.of(found.type), await last_run(place, found)
    columns = kind.columns(place)
    offered = [one for column in columns for one in column.sorts]
    sort = sort if sort in offered else next(iter(offered), "")
    rows, more = await kind.page(place, found.filters, sort, page, ran.counted if ran else None)
    shown = [row.patient for row in rows]
    ticked = await _chosen.rows(found.id, place.member, found.version, shown) if kind.lists_patients else []
    await audit.record("report:view", account=place.account, practice=place.practice.id, subject=report)
    return Results(found, columns, rows, sort, page, more, ran, frozenset(row["patient"] for row in ticked))
