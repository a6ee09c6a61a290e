"""Settings: nothing starts on a guess, and what is wrong is said in one line that names the variable."""

import stat
from pathlib import Path

import pytest

from settings import Settings, SettingsError

KEYS = "k" * 32 + "," + "j" * 40
PRODUCTION = {
    "KITH_ENV": "production",
    "KITH_DATABASE_URL": "postgresql://kith_site:x@db.example.org/kith",
    "KITH_SECRET_KEYS": KEYS,
    "KITH_BASE_URL": "https://portal.example.org",
    "KITH_SMTP_URL": "smtp://kith:x@mail.example.org:587?starttls=required",
}


def test_production_takes_what_it_is_given() -> None:
    settings = Settings.from_environment({**PRODUCTION, "KITH_PROXIES": "10.0.0.1, 10.1.0.0/16", "KITH_WORKERS": "4"})
    assert settings.production
    assert not settings.qa
    assert settings.secret_keys == tuple(KEYS.split(","))
    assert settings.proxies == ("10.0.0.1", "10.1.0.0/16")
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 4)
    assert settings.mail_from == "Kith <kith@localhost>"
    assert settings.mail_per_minute is None
    assert Settings.from_environment({**PRODUCTION, "KITH_MAIL_PER_MINUTE": "600"}).mail_per_minute == 600


@pytest.mark.parametrize("name", PRODUCTION)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_production_starts_with_nothing_missing(name: str, value: str | None) -> None:
    environ = {key: given for key, given in PRODUCTION.items() if key != name}
    if value is not None:
        environ[name] = value
    with pytest.raises(SettingsError, match=name) as error:
        Settings.from_environment(environ)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KITH_ENV", "prod"),
        ("KITH_DATABASE_URL", "mysql://db/kith"),
        ("KITH_OWNER_DATABASE_URL", "db"),
        ("KITH_SECRET_KEYS", "short"),
        ("KITH_SECRET_KEYS", "k" * 40 + ","),
        ("KITH_BASE_URL", "http://portal.example.org"),
        ("KITH_BASE_URL", "https://portal.example.org/kith"),
        ("KITH_BASE_URL", "https://"),
        ("KITH_BASE_URL", "https://[portal"),
        ("KITH_BASE_URL", "https://portal.example.org:port"),
        ("KITH_SMTP_URL", "mail.example.org"),
        ("KITH_SMTP_URL", "smtp://mail.example.org:many"),
        ("KITH_MAIL_FROM", "Kith\nBcc: eve@example.com <kith@example.org>"),
        ("KITH_MAIL_FROM", "=?utf-8?q?Kith?= <kith@example.org>"),
        ("KITH_MAIL_FROM", "Kith"),
        ("KITH_PROXIES", "proxy.example.org"),
        ("KITH_PORT", "0"),
        ("KITH_PORT", "65536"),
        ("KITH_PORT", "eighty"),
        ("KITH_WORKERS", "0"),
        ("KITH_MAIL_PER_MINUTE", "0"),
        ("KITH_MAIL_PER_MINUTE", "1.5"),
        ("KITH_MAIL_PER_MINUTE", "-1"),
    ],
)
def test_what_is_malformed_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({**PRODUCTION, name: value})


def test_without_an_environment_nothing_starts() -> None:
    with pytest.raises(SettingsError, match="KITH_ENV is not set"):
        Settings.from_environment({})


@pytest.mark.parametrize("env", ["demo", "test"])
def test_a_demo_needs_nothing_and_keeps_its_key(env: str, tmp_path: Path) -> None:
    given = {"KITH_ENV": env, "KITH_VAR": str(tmp_path / "var"), "KITH_PORT": "8123"}
    settings = Settings.from_environment(given)
    assert settings.qa
    assert settings.database_url is None
    assert settings.owner_database_url is None
    assert settings.base_url == "http://127.0.0.1:8123"
    assert settings.smtp_url == "smtp://127.0.0.1:9123"
    assert settings.var == tmp_path / "var"
    assert len(settings.secret_keys[0]) >= 32
    assert stat.S_IMODE((tmp_path / "var" / "secret-key").stat().st_mode) == 0o600
    assert Settings.from_environment(given).secret_keys == settings.secret_keys


def test_a_demo_listens_on_loopback_unless_told_otherwise(tmp_path: Path) -> None:
    given = {"KITH_ENV": "demo", "KITH_VAR": str(tmp_path)}
    for host in ("127.0.0.1", "localhost", "::1"):
        assert Settings.from_environment({**given, "KITH_HOST": host}).host == host
    for host in ("0.0.0.0", "10.0.0.5", "demo.example.org"):
        with pytest.raises(SettingsError, match="KITH_HOST"):
            Settings.from_environment({**given, "KITH_HOST": host})
        assert Settings.from_environment({**given, "KITH_HOST": host, "KITH_QA_OPEN": "yes"}).qa_open


def test_production_has_no_qa_room_to_open() -> None:
    assert not Settings.from_environment({**PRODUCTION, "KITH_QA_OPEN": "yes"}).qa_open
    assert Settings.from_environment({**PRODUCTION, "KITH_HOST": "0.0.0.0"}).host == "0.0.0.0"
