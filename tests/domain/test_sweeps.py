"""What is kept no longer than it serves."""

from datetime import timedelta

import pytest

from db.engine import run
from domain import clock, mail, password_resets, sign_ups
from tests.cast import someone
from tests.domain.sharing import ADDRESS

DAY = timedelta(days=1)


async def begin() -> None:
    await someone("Mina Park")
    await sign_ups.begin("Nadia", "nadia@example.com", own_health=False, address=ADDRESS)
    await password_resets.begin("mina@example.com", address=ADDRESS)


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
@pytest.mark.parametrize("what", [sign_ups, password_resets])
async def test_what_was_typed_goes_after_thirty_days(database, what, days, left):
    await begin()
    clock.set_offset(days * DAY)
    await what.sweep()
    assert len(await run(f"SELECT FROM {what.__name__.split('.')[-1][:-1]}")) == left


@pytest.mark.parametrize(("days", "left"), [(89, 2), (91, 1)])
async def test_sent_mail_goes_after_ninety_days_and_what_is_owed_stays(database, days, left):
    await begin()
    await run("UPDATE mail SET sent_at = $1 WHERE kind = 'confirm-email'", clock.now())
    clock.set_offset(days * DAY)
    await mail.sweep()
    assert len(await run("SELECT FROM mail")) == left
