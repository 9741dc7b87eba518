"""Who is the head of a home after an import: never two without a word, and nobody by a guess.

Whoever is head in the register stays head unless the file says that they left or are something else there. Somebody
else whom the file writes down as head is taken in without being it, and that is a doubt which a person settles.
Pure: the register's heads and the file's claims in, what is settled out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Head:
    """Who is head of a home in the register and is not moved or renamed out of it by the file."""

    person_id: str
    name: str


@dataclass(frozen=True)
class Claim:
    """A row after which somebody would be head of a home: it says 户主, or carries a head in from elsewhere.

    `member`: the register has them in this home already, as something else.
    """

    position: int
    name: str
    person_id: str | None = None
    member: bool = False


@dataclass(frozen=True)
class Contest:
    """Why a claim does not make a head.

    `code` is a key of `schemas.DOUBTS`; `names` are who is head or written as such; `how` the claimant is taken in:
    `member` (comes in, the relation open), `stays` (the known relation is kept), `seated` (is head already, beside
    another: nothing is changed).
    """

    code: str
    how: str
    names: str

    @property
    def doubt(self) -> tuple[str, str, str]:
        """As it stands among the doubts of a row."""
        return self.code, self.how, self.names


@dataclass
class Settled:
    """The heads of all homes of a file: names the homes go by, rows that do not make a head, homes with two."""

    names: dict[str, str | None] = field(default_factory=dict)
    contests: dict[int, Contest] = field(default_factory=dict)
    doubled: dict[str, Contest] = field(default_factory=dict)

    def settle(self, code: str, standing: Sequence[Head], claims: Sequence[Claim]) -> None:
        """Settle one home; its name is left to the file where neither the register nor a row names a head."""
        claims = sorted(claims, key=lambda one: one.position)
        seated = {one.person_id for one in standing}
        rows = {one.person_id: one for one in claims if one.person_id in seated}
        others = [one for one in claims if one.person_id not in seated]
        if standing:
            self._beside(standing, others)
            self._twice(code, standing, list(rows.values()))
            self.names[code] = rows[standing[0].person_id].name if len(standing) == 1 and rows else None
        elif others:
            self._after(others)
            self.names[code] = others[0].name

    def _beside(self, standing: Sequence[Head], others: Sequence[Claim]) -> None:
        names = "、".join(one.name for one in standing)
        for one in others:
            self.contests[one.position] = Contest("head_taken", _how(one), names)

    def _after(self, claims: Sequence[Claim]) -> None:
        names = "、".join(one.name for one in claims)
        for one in claims[1:]:
            self.contests[one.position] = Contest("heads_in_file", _how(one), names)

    def _twice(self, code: str, standing: Sequence[Head], rows: Sequence[Claim]) -> None:
        """Two heads that stand in the register already are told at the rows of all but one, or else at the home."""
        if len(standing) < 2:
            return
        told = Contest("heads_in_register", "seated", "、".join(one.name for one in standing))
        rows = rows if len(rows) < len(standing) else rows[1:]
        self.contests |= {one.position: told for one in rows}
        if not rows:
            self.doubled[code] = told

    def unclear(self, position: int, member: bool, written: Sequence[str], standing: Sequence[str]) -> None:
        """A relation that is written to somebody who does not become head: to whom it is now, a person says."""
        names = f"表里的户主是{'、'.join(written)}，名册里是{'、'.join(standing)}"
        self.contests[position] = Contest("relation_unclear", "stays" if member else "member", names)

    @property
    def counted(self) -> Mapping[str, int]:
        """How many doubts of each kind."""
        found: dict[str, int] = {}
        for one in (*self.contests.values(), *self.doubled.values()):
            found[one.code] = found.get(one.code, 0) + 1
        return found


def _how(claim: Claim) -> str:
    return "stays" if claim.member else "member"
