"""Which passwords are taken, and how they are kept (ASVS 6.2, 11.4)."""

import asyncio
import time
from contextlib import suppress

import pytest

from domain import passwords
from domain.errors import Refused
from domain.passwords import HASHER, demand_good, hashed, is_outdated, matches

MINA = ("Mina Park", "mina.park@example.com")


async def refused(password, personal=()):
    with pytest.raises(Refused) as error:
        await demand_good(password, personal=personal)
    assert error.value.field == "password"
    return error.value.words


async def taken(password: str, personal: tuple[str, ...] = ()) -> bool:
    """Whether nothing is said against a password."""
    try:
        await demand_good(password, personal=personal)
    except Refused:
        return False
    return True


def of(length: int) -> str:
    """An unguessable password of that many characters."""
    return "".join(chr(33 + (n * n * 7 + n * 31) % 94) for n in range(length))


@pytest.mark.parametrize("length", [0, 1, 11])
async def test_fewer_than_twelve_characters_are_too_few(length):
    assert await refused(of(length)) == "Use at least 12 characters. Three or four words that you can remember are good"


@pytest.mark.parametrize("length", [12, 13, 64, 72, 73, 127, 128])
async def test_twelve_to_a_hundred_and_twenty_eight_are_right(length):
    assert await taken(of(length))


@pytest.mark.parametrize("length", [129, 1000, 100_000])
async def test_more_than_a_hundred_and_twenty_eight_are_too_many_and_said_so_at_once(length):
    began = time.process_time()
    assert await refused(of(length)) == "Use at most 128 characters"
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("password", ["aB1!" * 32, "abcdefghijklmnop" * 8, "1234567890" * 12, "q" * 128, of(128)])
async def test_even_the_longest_are_looked_at_quickly(password):
    began = time.process_time()
    with suppress(Refused):
        await demand_good(password, personal=MINA)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password1234!",
        "123456789012",
        "qwertyuiop12",
        "aaaaaaaaaaaa",
        "iloveyou1234",
        "abcdefghijkl",
        "passwordpassword",
        "letmeinletmein",
        "1q2w3e4r5t6y",
        "admin1234567",
        "111111111111111111111111111111",
    ],
)
async def test_common_ones_are_refused_with_a_way_on(password):
    assert await refused(password) == "This password is easy to guess. Try three or four unrelated words"


@pytest.mark.parametrize(
    "password",
    [
        "mina park 12",
        "MinaPark2026",
        "parkmina1988",
        "mina.park@example.com",
        "MINA.PARK@EXAMPLE.COM",
        "example.com12",
        "minaminamina",
        "Park Park Park 7",
    ],
)
async def test_ones_own_name_and_email_are_no_password(password):
    assert await refused(password, MINA)


async def test_a_name_inside_an_honest_passphrase_is_no_reason_to_refuse_it():
    assert await taken("park lantern orchard 42", MINA)


@pytest.mark.parametrize(
    "password",
    [
        "lantern orchard 42",
        "velvet harbour 77 spoon",
        "correct horse battery staple",
        "the kettle sings at four",
        "grandma's purple umbrella",
        "Wombat-Ladder-Teal",
        "lanternorchardspoon",
        "  two spaces inside  ",
        "пять зелёных чайников",
        "木漏れ日の中で猫が眠る午後三時",
        "🦘🌵🎺🫖🧶🛶🦔🪁🍉🎻🧲🪐",
        "ñandú über façade œuvre",
        "tab\tand space walk in",
    ],
)
async def test_honest_passphrases_pass_in_any_letters(password):
    assert await taken(password, ("Mina Park", "mina@example.com"))


async def test_characters_are_counted_not_bytes():
    assert (await refused("é" * 6 + "ü" * 5)).startswith("Use at least 12")
    assert await taken("".join(chr(0x4E00 + n * 97) for n in range(128)))


@pytest.mark.parametrize("password", ["lantern orchard 42", "пароль и чайник", "🦘" * 32, "a" * 128, " ", "\0nul"])
async def test_what_is_hashed_matches_itself_and_nothing_else(password):
    kept = await hashed(password)
    assert await matches(kept, password)
    assert not await matches(kept, password + " ")
    assert not await matches(kept, password[:-1])


async def test_the_whole_password_counts_to_its_last_character():
    kept = await hashed("x" * 127 + "a")
    assert await matches(kept, "x" * 127 + "a")
    assert not await matches(kept, "x" * 127 + "b")


async def test_two_hashes_of_one_password_differ_and_have_todays_costs():
    first, second = await hashed("lantern orchard 42"), await hashed("lantern orchard 42")
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not is_outdated(first)
    assert is_outdated(first.replace("t=2", "t=1"))


@pytest.mark.parametrize("kept", [None, "", "no hash", "$argon2id$v=19$m=19456,t=2,p=1$x$y"])
async def test_without_a_sound_hash_nothing_matches(kept):
    for password in ("", "lantern orchard 42", "nobody has this password"):
        assert not await matches(kept, password)


def test_there_is_a_hash_to_compare_with_when_there_is_no_account():
    assert not is_outdated(passwords._nobody)
    assert HASHER.verify(passwords._nobody, "nobody has this password")


async def test_others_are_served_while_a_password_is_weighed():
    """The longest stretch that the loop is kept busy, against the time of the whole."""
    turns, done = 0, asyncio.Event()

    async def others():
        nonlocal turns
        while not done.is_set():
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    await demand_good(of(128))
    done.set()
    await beside
    assert turns > 10
