"""A site that dies in the middle of inviting hundreds."""

from pathlib import Path

import pytest

from db.embedded_server import Addresses
from tests.web.killed_site import killed_site


@pytest.mark.usefixtures("database")
async def test_a_killed_site_has_invited_all_or_nobody_and_pressing_again_invites_each_once(
    addresses: Addresses, tmp_path: Path
) -> None:
    ended = await killed_site(addresses, tmp_path, times=8)
    assert ended.all + ended.none == 8
