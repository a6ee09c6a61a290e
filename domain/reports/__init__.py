"""Reports: saved questions over a practice's patients, their results, and choosing among those."""
