"""Every type of report there is. A new one is one file and one line here."""

from domain.errors import NotFound
from domain.reports.case_load import CaseLoad
from domain.reports.portal_adoption import PortalAdoption
from domain.reports.report_type import ReportType

TYPES: dict[str, ReportType] = {kind.name: kind for kind in (CaseLoad(), PortalAdoption())}


def of(name: str) -> ReportType:
    """The type called so. Raises NotFound where there is none."""
    if name not in TYPES:
        raise NotFound
    return TYPES[name]
