"""The reports that a member may open."""

from dataclasses import dataclass

from db.engine import Prepared
from db.keys import key
from domain.permissions import PlacePermission, demand
from domain.places import Place
from domain.reports.report import COLUMNS, Report, report_of

LATELY = 10
"""Reports that were run and not saved."""


@dataclass(frozen=True)
class Reports:
    """One's own by name, other people's by name, and those that one ran and has not saved, the last run first."""

    mine: tuple[Report, ...]
    shared: tuple[Report, ...]
    lately: tuple[Report, ...]


_saved = Prepared(
    f"SELECT {COLUMNS} WHERE r.practice = $1 AND r.removed_at IS NULL AND r.name <> '' AND (r.account = $2 OR r.shared)"
)
_lately = Prepared(
    f"SELECT {COLUMNS} JOIN report_run u ON u.report = r.id AND u.member = $3"
    " WHERE r.practice = $1 AND r.removed_at IS NULL AND r.name = '' AND r.account = $2"
    f" ORDER BY u.ran_at DESC, r.id LIMIT {LATELY}"
)


async def read(place: Place) -> Reports:
    """Every report that the member may open. Raises NotPermitted."""
    demand(place, PlacePermission.VIEW_REPORTS)
    saved = [report_of(row) for row in await _saved.rows(place.practice.id, place.account)]
    saved.sort(key=lambda report: (key(report.name), report.id))
    return Reports(
        mine=tuple(report for report in saved if report.mine),
        shared=tuple(report for report in saved if not report.mine),
        lately=tuple(report_of(row) for row in await _lately.rows(place.practice.id, place.account, place.member)),
    )
