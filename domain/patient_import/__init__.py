"""Bringing patients in from files: any CSV of patients, or a folder that the Synthea generator wrote.

A run can be repeated: a row is known by practice, source and Id, so what was there already is left as it is or brought
up to date. All good rows of a run go in together, or none if it is broken off; each bad one is named by file and line.
Social security, passport and driver's numbers are never read.
"""

from domain.patient_import.outcome import Fault, Outcome, Tally
from domain.patient_import.run import import_patients, import_synthea

__all__ = ["Fault", "Outcome", "Tally", "import_patients", "import_synthea"]
