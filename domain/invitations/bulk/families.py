"""Who of the chosen patients gets a letter of their own, and who shares one (K3)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from db.tables.bulk_invitation import BulkOutcome
from domain.invitations.opening import MOST_OF_A_FAMILY
from domain.words import listed


@dataclass(frozen=True, slots=True)
class Weighed:
    """One chosen patient and their outcome. Of one whom the member must not read there is nothing else."""

    patient: UUID
    outcome: BulkOutcome
    reason: str = ""
    code: str = ""
    """Where their name is hidden, and they may be found."""
    called: str = ""
    first_name: str = ""
    last_name: str = ""
    practitioner: str = ""
    email: str = ""
    email_key: str = ""
    birth_date: date | None = None
    adult: bool = False
    """Eighteen or older; False also where the birth date is not known."""
    guessed: bool = False
    """Whether their birth date was wrong too often."""
    declined: bool = False
    """Whether they declined an earlier invitation."""
    locked: bool = False
    """Whether an earlier invitation is locked: their birth date was wrong five times."""

    @property
    def is_sent(self) -> bool:
        """Whether a mail goes to them, as far as is known yet."""
        return self.outcome is BulkOutcome.WAITING

    @property
    def name(self) -> str:
        """As the member may read it: their code where names are hidden, '' without access."""
        return f"{self.first_name} {self.last_name}".strip() or self.code


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail: to one patient, or to a family, the youngest first."""

    members: tuple[Weighed, ...]

    @property
    def email(self) -> str:
        return self.members[0].email

    @property
    def email_key(self) -> str:
        return self.members[0].email_key

    @property
    def is_family(self) -> bool:
        return len(self.members) > 1

    @property
    def called(self) -> str:
        """What to call them: "Ana, Beto and Caro"."""
        return listed([one.called for one in self.members])


def no_families(patients: Sequence[Weighed]) -> list[Weighed]:
    """The same, where adults who have one email with another adult get no mail, since one could open the other's
    portal; and nobody does where more have one email than a family has."""
    adults = Counter(one.email_key for one in patients if one.is_sent and one.adult)
    apart = [_refused(one) if one.adult and adults[one.email_key] > 1 else one for one in patients]
    many = Counter(one.email_key for one in apart if one.is_sent)
    return [_refused(one) if many[one.email_key] > MOST_OF_A_FAMILY else one for one in apart]


def _refused(one: Weighed) -> Weighed:
    return replace(one, outcome=BulkOutcome.SAME_EMAIL) if one.is_sent else one


def letters(patients: Iterable[Weighed]) -> tuple[Letter, ...]:
    """A letter for each email that one goes to: for who shares it with a child, one for all of them."""
    by_email: dict[str, list[Weighed]] = defaultdict(list)
    for one in patients:
        if one.is_sent:
            by_email[one.email_key].append(one)
    return tuple(Letter(tuple(sorted(members, key=_youngest_first))) for members in by_email.values())


def _youngest_first(one: Weighed) -> tuple[int, UUID]:
    return -one.birth_date.toordinal() if one.birth_date else 0, one.patient
