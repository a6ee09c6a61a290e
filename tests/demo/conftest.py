from dataclasses import replace
from pathlib import Path

import pytest

from db.embedded_server import Addresses
from settings import Settings


@pytest.fixture
def settings(addresses: Addresses, tmp_path: Path) -> Settings:
    """Those of a demo whose data folder is thrown away."""
    given = Settings.from_environment({"KITH_ENV": "test", "KITH_VAR": str(tmp_path)})
    return replace(given, database_url=addresses.database_url, owner_database_url=addresses.owner_database_url)


@pytest.fixture
async def the_cast(database: None, settings: Settings, addresses: Addresses) -> None:
    """The cast as on the first day."""
    from demo import cast

    await cast.reset(addresses.owner_database_url, settings)
