"""Every table of Kith: whatever stands in a module of db/tables/ is found by itself."""

import pkgutil
from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

HERE = Path(__file__).parent


def table_modules() -> list[str]:
    """The names of the modules in db/tables/, in alphabetical order."""
    return [f"db.tables.{found.name}" for found in pkgutil.iter_modules([str(HERE / "tables")])]


APP_CONFIG = AppConfig(
    app_name="kith",
    migrations_folder_path=str(HERE / "migrations"),
    table_classes=table_finder(modules=table_modules(), exclude_imported=True),
)
