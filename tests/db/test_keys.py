"""The keys that patients are searched and sorted by."""

import pytest

from db.keys import digits, key, patient_keys


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  José   Núñez ", "jose nunez"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("İpek", "ipek"),
        ("Ångström", "angstrom"),
        ("O’Brien-Lee", "o’brien-lee"),
        ("ﬁsher", "fisher"),
        ("", ""),
    ],
)
def test_case_accents_and_spaces_make_no_difference(text: str, expected: str) -> None:
    assert key(text) == expected
    assert key(key(text)) == key(text)


def test_a_phone_is_its_digits() -> None:
    assert digits("+61 (0)491 570-156 ext. 2") == "61049157015" + "62"
    assert digits("٠١٢") == ""


def test_only_what_was_given_gets_a_key() -> None:
    assert patient_keys({"phone": "02 5550"}) == {"phone_key": "025550"}
    assert patient_keys({"first_name": "Zoë", "last_name": "de Vries", "preferred_name": "", "email": " Z@X.org "}) == {
        "last_key": "de vries zoe",
        "first_key": "zoe de vries",
        "preferred_key": "",
        "email_key": "z@x.org",
    }
