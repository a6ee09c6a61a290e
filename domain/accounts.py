"""Accounts: signing up, logging in, and their passwords."""

from dataclasses import dataclass
from uuid import UUID

from db.engine import run, transaction
from db.ids import new_id
from domain import attempts, audit, clock, passwords, sessions
from domain.addresses import email_key
from domain.errors import Refused
from domain.mail import MailKind, owe

WRONG = "The email or the password is not right. Check both, or choose Forgotten your password?"
TAKEN = "There is a login with this email already. Log in with it, or choose Forgotten your password?"
NOT_YOURS = "This is not your password. Type the one that you log in with"


@dataclass(frozen=True)
class LoggedIn:
    """What a login gives: the token for the cookie, and what a known device is known by."""

    token: str
    account: UUID
    credential_version: int


async def log_in(
    email: str, password: str, *, address: str, device: str, knows: tuple[UUID, int] | None = None
) -> LoggedIn:
    """Checks email and password and begins a session.

    `knows` is the account that this browser has logged in to before, with its credential version then: it is exempt
    from the rations, so that nobody is locked out by somebody else's guessing. Raises Refused in the same words and
    time whether or not the email has an account, and TooMany.
    """
    key = email_key(email)
    found = await run("SELECT id, password_hash, credential_version FROM account WHERE email_key = $1", key)
    account = found[0] if found else None
    if account is None or knows != (account["id"], account["credential_version"]):
        await attempts.spend(_login_rations(key, address), attempts.WINDOW)
    if not await passwords.matches(account["password_hash"] if account else None, password):
        await audit.record("session:refused", account=None, subject=account["id"] if account else None)
        raise Refused(WRONG)
    assert account is not None
    await attempts.forget(_login_key(key))
    password_hash = account["password_hash"]
    rehashed = await passwords.hashed(password) if passwords.is_outdated(password_hash) else None
    async with transaction():
        if not await _is_still(account["id"], password_hash):
            raise Refused(WRONG)
        if rehashed:
            await run("UPDATE account SET password_hash = $2 WHERE id = $1", account["id"], rehashed)
        token = await sessions.begin(account["id"], device)
    return LoggedIn(token, account["id"], account["credential_version"])


async def _is_still(account: UUID, password_hash: str) -> bool:
    """Whether the password that was checked has not been changed meanwhile. It stays until the transaction ends."""
    return bool(
        await run("SELECT FROM account WHERE id = $1 AND password_hash = $2 FOR NO KEY UPDATE", account, password_hash)
    )


def _login_key(key: str) -> str:
    return f"login:{_hidden(key)}"


def _login_rations(key: str, address: str) -> dict[str, int]:
    return {
        _login_key(key): attempts.LOGIN_PER_ACCOUNT,
        f"login:{attempts.network(address)}": attempts.LOGIN_PER_NETWORK,
        "login:all": attempts.LOGIN_OVER_ALL,
    }


def sign_up_rations(email: str, address: str) -> dict[str, int]:
    """How many mails somebody who signs up may cause in an hour, to one email and from one network."""
    return {
        f"sign-up:{_hidden(email)}": attempts.MAILS_PER_ADDRESS,
        f"sign-up:{attempts.network(address)}": attempts.MAILS_PER_NETWORK,
    }


def reset_rations(email: str, address: str) -> dict[str, int]:
    """How many times an hour a new password may be asked for: few from one network for one email, so that whoever asks
    for another's leaves its owner, who is elsewhere, some of their own; apart from the mails of signing up."""
    network = attempts.network(address)
    return {
        f"reset:{_hidden(email)}:{network}": attempts.MAILS_PER_ADDRESS,
        f"reset:{_hidden(email)}": attempts.RESETS_PER_ADDRESS,
        f"reset:{network}": attempts.MAILS_PER_NETWORK,
    }


def _hidden(email: str) -> str:
    return sessions.token_hash(email_key(email)).hex()[:32]


async def create(name: str, email: str, password_hash: str) -> UUID:
    """Writes a new account whose email is known to be its person's. Raises Refused if the email has one."""
    account = new_id()
    made = await run(
        "INSERT INTO account (id, email, email_key, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (email_key) DO NOTHING RETURNING id",
        account,
        email.strip(),
        email_key(email),
        name,
        password_hash,
        clock.now(),
    )
    if not made:
        raise Refused(TAKEN)
    await audit.record("account:create", account=account)
    return account


async def change_password(session: sessions.Session, old: str, new: str, *, device: str) -> LoggedIn:
    """Changes one's own password: all other sessions end, this browser gets a new token.

    Raises Refused at the field 'password' or 'new_password', and TooMany.
    """
    present = await _demand_password(session, old)
    await passwords.demand_good(new, personal=(session.name, session.email), field="new_password")
    password_hash = await passwords.hashed(new)
    async with transaction():
        if not await _is_still(session.account, present):
            raise Refused(NOT_YOURS, "password")
        version = await set_password(session.account, password_hash, session.email)
        token = await sessions.begin(session.account, device)
    return LoggedIn(token, session.account, version)


async def set_password(account: UUID, password_hash: str, email: str) -> int:
    """Writes a new password in the caller's transaction: every session and every reset link ends, and its person is
    mailed. Gives the credentials' new version."""
    rows = await run(
        "UPDATE account SET password_hash = $2, credential_version = credential_version + 1 WHERE id = $1"
        " RETURNING credential_version",
        account,
        password_hash,
    )
    version = int(rows[0]["credential_version"])
    await sessions.end_all(account)
    await run(
        "UPDATE password_reset SET link_version = link_version + 1 WHERE account = $1 AND used_at IS NULL", account
    )
    await owe(MailKind.PASSWORD_CHANGED, account, email, once=str(version))
    await audit.record("account:password", account=account)
    return version


async def rename(session: sessions.Session, name: str) -> None:
    """Changes the name that others read. The portal's own name, if there is one, stays as it is."""
    async with transaction():
        await run("UPDATE account SET name = $2 WHERE id = $1", session.account, name)
        await audit.record("account:rename", account=session.account)


async def demand_fresh(session: sessions.Session, password: str) -> None:
    """Asks for the password again before others are given access, where it was typed more than ten minutes ago: a phone
    that was left lying must not open a portal to whoever picks it up.

    Raises Refused at the field 'password', and TooMany.
    """
    if session.fresh:
        return
    if not password:
        raise Refused("Type your password to give access", "password")
    await _demand_password(session, password)
    await run("UPDATE session SET confirmed_at = $2 WHERE id = $1", session.id, clock.now())


async def _demand_password(session: sessions.Session, password: str) -> str:
    """Checks an account's own password again and gives its hash."""
    await attempts.spend({f"password:{session.account}": attempts.LOGIN_PER_ACCOUNT}, attempts.WINDOW)
    rows = await run("SELECT password_hash FROM account WHERE id = $1", session.account)
    present = str(rows[0]["password_hash"])
    if not await passwords.matches(present, password):
        raise Refused(NOT_YOURS, "password")
    return present
