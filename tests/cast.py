"""The people that most tests speak of, made by the operations that make people in the product."""

from dataclasses import dataclass
from uuid import UUID

from db.engine import run
from domain import accounts, clock, passwords, portals
from domain.sessions import Session

PASSWORD = "lantern orchard 42"
HASH = passwords.HASHER.hash(PASSWORD)


@dataclass(frozen=True)
class Someone:
    """An account, its session as a page would have it, and its portal if it has one."""

    session: Session

    @property
    def account(self) -> UUID:
        return self.session.account

    @property
    def email(self) -> str:
        return self.session.email

    @property
    def portal(self) -> UUID:
        assert self.session.portal is not None
        return self.session.portal

    async def visit(self, portal: UUID | None = None) -> portals.Visit:
        """How they stand in a portal now; in their own, unless another is named."""
        return await portals.visit(self.account, self.session.name, portal or self.portal)


async def someone(name: str, *, portal: bool = True) -> Someone:
    """A new account with the email `{first name}@example.com`, with its own portal unless told otherwise."""
    email = f"{name.split()[0].lower()}@example.com"
    account = await accounts.create(name, email, HASH)
    own = await portals.open_for(account, name, email) if portal else None
    return Someone(Session(account, account, name, email, own, clock.now()))


async def mails(kind: str | None = None) -> list[dict[str, object]]:
    """The outbox, oldest first: kind, subject, recipient."""
    return await run(
        "SELECT kind, subject, recipient FROM mail WHERE $1::text IS NULL OR kind = $1 ORDER BY created_at, id", kind
    )
