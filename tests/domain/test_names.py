import pytest

from domain.names import is_plain


@pytest.mark.parametrize("name", ["Mina Park", "Siobhán O’Neill-D'Arcy", "Đặng Thị Ánh", "J. R. Smith", ""])
def test_people_have_such_names(name: str) -> None:
    assert is_plain(name)


@pytest.mark.parametrize("name", ["see https://evil.test", "a\nBcc: b", "=?utf-8?q?=0D=0A?=", "Mina\x00", "a\u202eb"])
def test_nobody_has_such_a_name(name: str) -> None:
    assert not is_plain(name)
