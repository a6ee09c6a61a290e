"""Links in mail: a salt for each purpose, old keys that verify, and nothing but a row and a version inside."""

from itertools import product
from uuid import uuid4

import pytest
from itsdangerous import URLSafeSerializer

from domain.errors import LinkClosed
from domain.tokens import Purpose, read, sign

OLD, NEW = "an old key of a deployment", "a new key of a deployment"
KEYS = (NEW, OLD)


def closed(purpose, token, keys=KEYS):
    with pytest.raises(LinkClosed) as error:
        read(purpose, token, keys)
    return error.value.why


@pytest.mark.parametrize(("made_for", "read_as"), list(product(Purpose, Purpose)))
def test_a_token_opens_only_what_it_was_made_for(made_for, read_as):
    row = uuid4()
    token = sign(made_for, row, 3, KEYS)
    if made_for is read_as:
        assert read(read_as, token, KEYS) == (row, 3)
    else:
        assert closed(read_as, token) == "malformed"


def test_every_purpose_has_a_salt_of_its_own_with_a_number():
    assert len({purpose.value for purpose in Purpose}) == len(Purpose)
    assert all(purpose.startswith("kith.") and purpose.endswith(".v1") for purpose in Purpose)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_that_was_tampered_with_opens_nothing(purpose):
    token = sign(purpose, uuid4(), 1, KEYS)
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        # The last character of base64 has bits that say nothing.
        if place != len(token) - 1:
            assert closed(purpose, changed) == "malformed"


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "null", "0", "\0", "é", "\ud800", " ", "x" * 10_000, "WyIiLDFd.", "=" * 60]
)
@pytest.mark.parametrize("purpose", Purpose)
def test_what_is_no_token_opens_nothing(purpose, token):
    assert closed(purpose, token) == "malformed"


@pytest.mark.parametrize(
    "payload", [None, 1, [], ["x", 1], [uuid4().hex], [uuid4().hex, "x"], [1, 1], {"a": 1}, [[], []]]
)
def test_a_payload_of_another_shape_opens_nothing(payload):
    token = URLSafeSerializer(NEW, salt=Purpose.SET_UP).dumps(payload)
    assert closed(Purpose.SET_UP, str(token)) == "malformed"


def test_the_first_key_signs_and_every_key_verifies():
    row = uuid4()
    assert read(Purpose.SET_UP, sign(Purpose.SET_UP, row, 1, (OLD,)), KEYS) == (row, 1)
    fresh = sign(Purpose.SET_UP, row, 1, KEYS)
    assert read(Purpose.SET_UP, fresh, (NEW,)) == (row, 1)
    assert closed(Purpose.SET_UP, fresh, (OLD,)) == "malformed"


def test_a_key_that_was_taken_away_verifies_nothing():
    assert closed(Purpose.SET_UP, sign(Purpose.SET_UP, uuid4(), 1, (OLD,)), (NEW,)) == "malformed"


def test_a_token_is_fit_for_an_address_and_holds_only_the_row_and_the_version():
    row = uuid4()
    token = sign(Purpose.ACCESS_OFFER, row, 12, KEYS)
    assert all(character.isalnum() or character in "-_." for character in token)
    assert URLSafeSerializer(NEW, salt=Purpose.ACCESS_OFFER).loads(token) == [row.hex, 12]
