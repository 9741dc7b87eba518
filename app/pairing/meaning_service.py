"""Which known official, and which of their times at a home, a row of a list means."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app.accounts.queries import below
from app.among import among
from app.facts import CHUNK, Fact, Run, Seen, Standing, fingerprint
from app.pairing.rules import Helper, same_helper
from models.pairing import PairedHome

UNCLEAR = "official_unclear"
"""The doubt of a row of which nobody but a person can say whom it means."""


class Meaning:
    """The officials and pairings that a run knows of, as the rows of one batch may mean them.

    Args:
        run: with everything loaded that the facts may mean.
        area: the divisions in which it counts that somebody is paired there; None for the whole county.
    """

    def __init__(self, session: Session, run: Run, area: Collection[str] | None) -> None:
        self.run = run
        self.named: dict[str, list[Standing]] = defaultdict(list)
        self.terms: dict[str, list[Standing]] = defaultdict(list)
        for row in _rows(run, "official"):
            self.named[row.values["name"]].append(row)
        for row in _rows(run, "paired_home"):
            self.terms[row.values["household_id"]].append(row)
        known = [row.id for rows in self.named.values() for row in rows if not row.new]
        self.here = _paired(session, known, area) if known else set()

    def unclear(self, official: Fact) -> tuple[str, str, str] | None:
        """The doubt of a row that could mean several officials, or another one than those who are known."""
        named = self.named[official.values["name"]]
        fits = self._fits(official)
        strangers = [] if official.values.get("phone") or fits else [row for row in named if not row.new]
        rivals = fits if len(fits) > 1 else strangers
        if not rivals:
            return None
        name = official.values["name"]
        units = [row.values["unit"] or "没写单位" for row in rivals]
        if len(set(units)) == 1 and len(units) > 1:
            return UNCLEAR, "帮扶责任人", f"{len(units)} 位 {name}（{units[0]}）"
        return UNCLEAR, "帮扶责任人", "、".join(f"{name}（{unit}）" for unit in dict.fromkeys(units))

    def see(self, official: Fact, home: Fact) -> list[Seen]:
        """Take in both facts of a row that is clear."""
        seen = self.run.see(official, self._fits(official))
        named = self.named[official.values["name"]]
        if not any(row is seen.row for row in named):
            named.append(seen.row)
        term = self.run.see(home, self._term(home, seen.row.id))
        terms = self.terms[home.values["household_id"]]
        if not any(row is term.row for row in terms):
            terms.append(term.row)
        return [seen, term]

    def _fits(self, official: Fact) -> list[Standing]:
        named = self.named[official.values["name"]]
        helpers = [
            Helper(row.values["phone_index"] or fingerprint(row.values["phone"], "person.phone"), row.values["unit"],
                   row.new or row.id in self.here)
            for row in named
        ]  # fmt: skip
        phone = fingerprint(official.values.get("phone"), "person.phone")
        return [named[at] for at in same_helper(phone, official.values.get("unit"), helpers)]

    def _term(self, home: Fact, official_id: str) -> list[Standing] | None:
        """The time that goes on, or ended that day, where the list does not say when it began."""
        if home.values.get("from_on"):
            return None
        found = [
            row for row in self.terms[home.values["household_id"]]
            if row.values["official_id"] == official_id and row.values["to_on"] in {None, home.values.get("to_on")}
        ]  # fmt: skip
        return found if len(found) == 1 else None


def _rows(run: Run, kind: str) -> Iterable[Standing]:
    return {id(row): row for rows in run.rows[kind].values() for row in rows}.values()


def _paired(session: Session, ids: Sequence[str], area: Collection[str] | None) -> set[str]:
    """Which of these officials are or were paired with a home of the area."""
    found: set[str] = set()
    if area is not None and not area:
        return found
    where: list[Any] = [] if area is None else [or_(*(below(PairedHome.division, one) for one in sorted(area)))]
    for start in range(0, len(ids), CHUNK):
        here = among(PairedHome.official_id, ids[start : start + CHUNK])
        found |= set(session.scalars(select(col(PairedHome.official_id)).where(here, *where).distinct()))
    return found
