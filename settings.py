"""What Kith is told from outside: one frozen object, read from the environment once and passed down to every floor."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal, cast
from urllib.parse import SplitResult, urlsplit

Env = Literal["production", "demo", "test"]
SHORTEST_KEY = 32
MAIL_FROM = "Kith <kith@localhost>"


class SettingsError(Exception):
    """A variable is missing or malformed. Its text is one line that names the variable and says what to give it."""


@dataclass(frozen=True)
class Settings:
    """Everything that can be configured. A database address of None means the embedded PostgreSQL, not yet started."""

    env: Env
    database_url: str | None
    owner_database_url: str | None
    proxies: tuple[str, ...]
    var: Path
    secret_keys: tuple[str, ...]
    base_url: str
    smtp_url: str
    mail_from: str
    mail_per_minute: int | None
    host: str
    port: int
    workers: int
    qa_open: bool

    @property
    def qa(self) -> bool:
        """Whether the QA room exists here."""
        return self.env != "production"

    @property
    def production(self) -> bool:
        """Whether real people's data is kept here."""
        return self.env == "production"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the KITH_ variables of `environ` (the process's own when absent). Raises SettingsError."""
        given = Given(os.environ if environ is None else environ)
        env = given.env()
        qa = env != "production"
        port = given.number("KITH_PORT", 8000, 1, 65535)
        qa_open = given.yes("KITH_QA_OPEN")
        var = Path(given.text("KITH_VAR", "var")).absolute()
        # A test or demo mails to the built-in mailbox, which listens where this says.
        mailbox = f"smtp://127.0.0.1:{port + 1000 if port <= 64535 else port - 1000}"
        return cls(
            env=env,
            database_url=given.database("KITH_DATABASE_URL", required=not qa),
            owner_database_url=given.database("KITH_OWNER_DATABASE_URL", required=False),
            proxies=given.proxies(),
            var=var,
            secret_keys=given.keys(var if qa else None),
            base_url=given.base_url(f"http://127.0.0.1:{port}" if qa else None),
            smtp_url=given.smtp_url(mailbox if qa else None),
            mail_from=given.mail_from(),
            mail_per_minute=given.number_or_none("KITH_MAIL_PER_MINUTE", 1, 100_000),
            host=given.host(loopback_only=qa and not qa_open),
            port=port,
            workers=given.number("KITH_WORKERS", 1, 1, 64),
            qa_open=qa and qa_open,
        )


class Given:
    """The variables as they came, and the rule for each. Every method returns a sound value or raises SettingsError."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def text(self, name: str, default: str | None) -> str:
        value = self.environ.get(name, "").strip()
        if value:
            return value
        if default is None:
            raise SettingsError(f"{name} is not set. Kith does not start in production without it.")
        return default

    def env(self) -> Env:
        value = self.environ.get("KITH_ENV", "").strip()
        if value not in ("production", "demo", "test"):
            said = f"is {value!r}" if value else "is not set"
            raise SettingsError(f"KITH_ENV {said}. Set it to production, demo or test.")
        return cast("Env", value)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,6}", value) or not least <= int(value) <= most:
            raise SettingsError(f"{name} is {value!r}. It must be a number from {least} to {most}.")
        return int(value)

    def number_or_none(self, name: str, least: int, most: int) -> int | None:
        return self.number(name, 0, least, most) if self.text(name, "") else None

    def yes(self, name: str) -> bool:
        value = self.text(name, "no").lower()
        if value not in ("yes", "no"):
            raise SettingsError(f"{name} is {value!r}. It must be yes or no.")
        return value == "yes"

    def database(self, name: str, *, required: bool) -> str | None:
        value = self.text(name, None if required else "")
        parts = address(value)
        if value and (parts is None or parts.scheme not in ("postgresql", "postgres")):
            raise SettingsError(f"{name} must be an address like postgresql://role:password@host/database.")
        return value or None

    def proxies(self) -> tuple[str, ...]:
        names = tuple(part.strip() for part in self.text("KITH_PROXIES", "").split(",") if part.strip())
        for name in names:
            try:
                ip_network(name, strict=False)
            except ValueError as error:
                raise SettingsError(f"KITH_PROXIES has {name!r}, which is no IP address or network.") from error
        return names

    def keys(self, made_in: Path | None) -> tuple[str, ...]:
        """The signing keys; where none are given and `made_in` is a folder, those kept there, made the first time."""
        if not self.environ.get("KITH_SECRET_KEYS", "").strip() and made_in:
            return (kept_secret_key(made_in),)
        keys = tuple(key.strip() for key in self.text("KITH_SECRET_KEYS", None).split(","))
        if any(len(key) < SHORTEST_KEY for key in keys):
            raise SettingsError(f"KITH_SECRET_KEYS has a key of fewer than {SHORTEST_KEY} characters.")
        return keys

    def base_url(self, default: str | None) -> str:
        value = self.text("KITH_BASE_URL", default).rstrip("/")
        schemes = ("http", "https") if default else ("https",)
        parts = address(value)
        if not parts or parts.scheme not in schemes or not parts.hostname or value.split("://")[1] != parts.netloc:
            raise SettingsError(f"KITH_BASE_URL is {value!r}. It must be like {schemes[-1]}://portal.example.org")
        return value

    def smtp_url(self, default: str | None) -> str:
        value = self.text("KITH_SMTP_URL", default)
        parts = address(value)
        if not parts or parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise SettingsError("KITH_SMTP_URL must be an address like smtp://user:password@host:587?starttls=required")
        return value

    def mail_from(self) -> str:
        value = self.text("KITH_MAIL_FROM", MAIL_FROM)
        if not value.isprintable() or "=?" in value or not re.fullmatch(r"[^<>@]*<[^<>@\s]+@[^<>@\s]+>|\S+@\S+", value):
            raise SettingsError(f"KITH_MAIL_FROM is {value!r}. It must be like {MAIL_FROM}")
        return value

    def host(self, *, loopback_only: bool) -> str:
        value = self.text("KITH_HOST", "127.0.0.1")
        if loopback_only and not is_loopback(value):
            raise SettingsError(
                f"KITH_HOST is {value!r}, but demo and test listen on loopback only. Set KITH_QA_OPEN=yes to open them."
            )
        return value


def address(value: str) -> SplitResult | None:
    """The parts of an address, or None when it is none: a port that is no number, half an IPv6 address."""
    try:
        parts = urlsplit(value)
        return parts if parts.port is None or parts.port else None
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def kept_secret_key(var: Path) -> str:
    """The key in the folder `var`, made there the first time. Whoever comes second in a race gets the first's key."""
    kept = var / "secret-key"
    if not kept.exists():
        var.mkdir(parents=True, exist_ok=True)
        draft = var / f".secret-key-{secrets.token_hex(8)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, kept)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return kept.read_text().strip()
