"""Workers that die, a mail server that misbehaves: no invitation is lost, and copies are few."""

import pytest

from tests.clinic import Clinic
from tests.domain.inviting import practitioner
from tests.emails.kill_trial import invite_many, trial
from tests.emails.rough_server import RoughServer

pytestmark = pytest.mark.usefixtures("database")


async def test_killed_workers_lose_no_invitation(addresses, tmp_path):
    clinic = await Clinic.open(None)
    invited = await invite_many(clinic, await practitioner(clinic), 300)
    refused = frozenset(invited[1][:3])
    server = RoughServer(put_off=0.05, dropped=0.02, refused=refused, dawdles=0.004)
    (await trial(addresses, tmp_path, server, invited, kills=6)).demand_well()
