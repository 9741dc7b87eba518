"""Rows of a ledger held against the register and its tables: whom each is about, what it states, what that changes.

The same for a preview and for taking in; nothing is written here.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.agreements import import_service as agreements
from app.benefits import import_service as benefits
from app.children import import_service as children
from app.disability import import_service as disability
from app.divisions import service as divisions
from app.elders import import_service as elders
from app.facts import Fact, Kind, Run, Seen, fingerprint
from app.hardship import import_service as hardship
from app.households import foresee_service as register
from app.households import import_service as people
from app.households.import_service import Bearer, Wanted
from app.imports import queries, telling
from app.imports.lines import Detail
from app.imports.takers import ANYONE, HOME, PERSON, PLACE, At, Mark, Taker, Values, lists, money, registers
from app.imports.taking import dates_from_text
from app.lists import import_service as other_lists
from app.pairing import import_service as pairing
from app.pairing.meaning_service import UNCLEAR, Meaning

ROOMS = (people, elders, agreements, children, hardship, disability, pairing, benefits, other_lists)
KINDS: dict[str, Kind] = {kind.name: kind for room in ROOMS for kind in room.KINDS}
TAKERS: dict[str, Taker] = {one.shape: one for part in (registers, money, lists) for one in part.TAKERS}
_PROGRAMME_TAGS = {
    "dibao": "dibao", "tekun": "tekun", "old_allowance": "old_allowance", "disability_living": "disability_living",
    "disability_care": "disability_care",
}  # fmt: skip
_NUMBER = "person.id_number"


class Row(NamedTuple):
    """A staged row: `shape` says how it is read."""

    position: int
    sheet: str
    row: int
    name: str
    shape: str
    detail: Detail


@dataclass
class Unknown:
    """A sound row whose person, household or township nobody knows yet."""

    row: Row
    id_index: str | None
    awaits: str | None
    division: str
    proposed: list[str] = field(default_factory=list)


@dataclass
class Known:
    """What the register has for a batch: people by blind index, homes by code, townships by name."""

    people: dict[str, list[Bearer]] = field(default_factory=dict)
    chosen: dict[str, Bearer] = field(default_factory=dict)
    homes: dict[str, register.Known] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Weigher:
    """Weighs the rows of one file, batch by batch; remembers what it has seen.

    Args:
        area: where the file's sender may write: division prefixes; None for the whole county.
        keep_made: remember which rows came of which row.
        about: by home, the positions of the rows that are about it as a whole.
    """

    area: tuple[str, ...] | None
    on: date
    run: Run = field(default_factory=lambda: Run(KINDS))
    states: Counter[str] = field(default_factory=Counter)
    doubted: Counter[str] = field(default_factory=Counter)
    unknown: list[Unknown] = field(default_factory=list)
    marks: dict[tuple[str, str], list[Mark]] = field(default_factory=lambda: defaultdict(list))
    made: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    subjects: dict[int, str] = field(default_factory=dict)
    keep_made: bool = False
    about: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, actor: Actor | None, on: date) -> "Weigher":
        """For whoever imports; the operator at the machine has the whole county."""
        return cls(tuple(actor.divisions) if actor else None, on)

    def weigh(self, session: Session, rows: Sequence[Row]) -> dict[int, str]:
        """The state of each row; what would change, and what is doubtful, is written into its detail."""
        known = self._look_up(session, rows)
        states: dict[int, str] = {}
        stated: list[tuple[Row, Taker, At, list[Fact]]] = []
        for row in rows:
            taker = TAKERS.get(row.shape)
            if taker is None:
                states[row.position], row.detail.why = "lacking", "other_ledger"
                continue
            at, why = self._place(row, taker, known)
            if why or at is None:
                states[row.position] = why or "unmatched"
                row.detail.why = "outside_area" if why == "outside" else None
                continue
            facts = taker.facts(row.detail.values, at)
            if facts:
                stated.append((row, taker, at, facts))
            else:
                states[row.position], row.detail.why = "lacking", "says_nothing"
        self.run.load(session, (fact for _, _, _, facts in stated for fact in facts))
        meaning = Meaning(session, self.run, self.area) if any(row.shape == "pairing" for row, *_ in stated) else None
        seen = {row.position: self._see(row, facts, meaning) for row, _, _, facts in stated}
        for row, taker, at, _ in stated:
            one = seen[row.position]
            states[row.position] = self._state(row, taker, at, one, known) if one else "lacking"
        self._keep_unknown(session, rows, states)
        self.states.update(states.values())
        return states

    def _see(self, row: Row, facts: list[Fact], meaning: Meaning | None) -> list[Seen]:
        """Take in what a row states; nothing of it where a person has to say whom it means."""
        if meaning is None:
            return [self.run.see(fact) for fact in facts]
        official, home = facts
        doubt = meaning.unclear(official)
        if doubt is None:
            return meaning.see(official, home)
        row.detail.why = UNCLEAR
        row.detail.judged([doubt])
        self.doubted[UNCLEAR] += 1
        return []

    def _look_up(self, session: Session, rows: Sequence[Row]) -> Known:
        known, numbers, codes, towns = Known(), set(), set(), set()
        for row in rows:
            taker, values = TAKERS.get(row.shape), row.detail.values
            if taker is None:
                continue
            own = ("id",) if taker.about in {PERSON, ANYONE} else ()
            numbers |= {values.get(name) for name in (*taker.others, *own)}
            codes |= {values.get("household")} if taker.about == HOME else set()
            towns |= {values.get("town_name")} if taker.about == PLACE else set()
        by_index = {fingerprint(number, _NUMBER): number for number in numbers if number}
        found = people.bearers(session, [index for index in by_index if index])
        known.people = {by_index[index]: bearers for index, bearers in found.items()}
        meant = queries.meant(session, [index for index in by_index if index and index not in found])
        persons = people.by_ids(session, sorted(set(meant.values())))
        known.chosen = {by_index[index]: persons[key] for index, key in meant.items() if key in persons}
        known.homes = register.locate(session, sorted(code for code in codes if code))
        known.places = divisions.townships(session, sorted(town for town in towns if town)) if any(towns) else {}
        return known

    def _covers(self, division: str) -> bool:
        return self.area is None or any(division.startswith(one) for one in self.area)

    def _place(self, row: Row, taker: Taker, known: Known) -> tuple[At | None, str]:
        """Whom a row is about; otherwise why it is not taken: `unmatched` or `outside`."""
        values = row.detail.values
        others = {number: who.id for name in taker.others if (number := values.get(name))
                  and (who := choose(known.people.get(number, ()), None, None, loosely=True))}  # fmt: skip
        base = {"sheet": row.sheet, "position": row.position, "people": others}
        if taker.about == HOME:
            home = known.homes.get(values.get("household") or "")
            if home is None or home.removed:
                return None, "unmatched" if self._covers(values.get("household") or "") else "outside"
            at = At(None, home.row_id, values["household"], home.division, **base)
        elif taker.about == PLACE:
            towns = [code for code in known.places.get(values.get("town_name") or "", []) if self._covers(code)]
            if len(towns) != 1:
                return None, "unmatched"
            at = At(None, "", "", towns[0], **base)
        else:
            number = values.get("id") or ""
            who = known.chosen.get(number) or choose(known.people.get(number, ()), row.name, values.get("household"))
            if who is None and taker.about == ANYONE:
                return At(**base), ""
            if who is None:
                code = values.get("household") or ""
                return None, "outside" if code and not self._covers(code) else "unmatched"
            at = At(who.id, who.household_id, who.code, who.division, **base)
        return (at, "") if self._covers(at.division) else (None, "outside")

    def _state(self, row: Row, taker: Taker, at: At, seen: list[Seen], known: Known) -> str:
        detail, state = row.detail, state_of(seen, taker.main)
        detail.before, detail.after = telling.changes(seen) if state == "changed" else ({}, {})
        doubts = [doubt for one in seen if one.doubts for doubt in telling.doubts(one)]
        who = next((one for one in known.people.get(detail.values.get("id") or "", ()) if one.id == at.person_id), None)
        if who is not None:
            if row.name and row.name != who.name:
                doubts.append(("name_differs", "name", who.name))
            doubts += telling.against_visits(seen, who.ledger) if who.ledger else []
        if taker.about == HOME:
            self.about[at.household_id].append(row.position)
        detail.judged(doubts)
        if doubts:
            self.doubted.update({code for code, _, _ in doubts})
        if self.keep_made:
            self.made[row.position] = [(one.row.kind.name, one.row.id) for one in seen if one.state != "same"]
        if at.person_id:
            self.subjects[row.position] = at.person_id
            for mark in taker.marks(detail.values, at):
                self.marks[at.person_id, mark.tag].append(mark)
        return state

    def unlisted(self, session: Session) -> dict[int, list[tuple[str, str, str]]]:
        """Who still is responsible for homes that the file names without them: whether that ended, a person says.

        Asked when every row was weighed, for a home may stand in rows far apart; returns doubts by position.
        """
        left = [
            one.values for rows in self.run.rows["paired_home"].values() for one in rows
            if one.values["household_id"] in self.about and one.values["to_on"] is None
            and not one.new and not one.stated
        ]  # fmt: skip
        names = pairing.names(session, {one["official_id"] for one in left})
        found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
        for one in left:
            doubt = ("no_longer_listed", "帮扶责任人", names.get(one["official_id"], ""))
            for position in self.about[one["household_id"]]:
                found[position].append(doubt)
        self.doubted.update("no_longer_listed" for _ in found)
        return found

    def _keep_unknown(self, session: Session, rows: Sequence[Row], states: dict[int, str]) -> None:
        """Rows that nobody can be found for; one that waits already, or was let go, changes nothing."""
        fresh = [self._unknown(row) for row in rows if states.get(row.position) == "unmatched"]
        rows_there = queries.waiting_rows(session, [one.id_index for one in fresh], [one.awaits for one in fresh])
        waiting = {(one.shape, telling.text_of(one.detail["values"])) for one in rows_there}
        for one in fresh:
            said = telling.packed(one.row.detail.values)
            if (one.row.shape, said) in waiting:
                states[one.row.position] = "same"
            else:
                waiting.add((one.row.shape, said))
                self.unknown.append(one)

    def _unknown(self, row: Row) -> Unknown:
        values, taker = row.detail.values, TAKERS[row.shape]
        code = values.get("household") or ""
        area = self.area or ()
        division = code[:12] if len(code) >= 12 and code[:12].isdigit() else min(area, key=len, default="")
        if taker.about == HOME:
            return Unknown(row, None, f"home:{code}"[:64], division)
        if taker.about == PLACE:
            return Unknown(row, None, f"place:{values.get('town_name') or ''}"[:64], division)
        return Unknown(row, fingerprint(values.get("id"), _NUMBER), None, division)

    def wanted(self) -> list[Wanted]:
        """The tags that follow from all rows together: one that any row or standing entitlement keeps does not end."""
        lasting = self._lasting()
        asked = []
        for (person, tag), marks in self.marks.items():
            going = [mark for mark in marks if not mark.over]
            if going or (person, tag) in lasting:
                begun = [mark.from_on for mark in going or marks if mark.from_on]
                asked.append(Wanted(person, tag, min(begun, default=self.on), None, False))
            else:
                ends = [mark.to_on for mark in marks if mark.to_on]
                begun = [mark.from_on for mark in marks if mark.from_on]
                asked.append(Wanted(person, tag, min(begun, default=self.on), max(ends, default=None), True))
        return sorted(asked)

    def _lasting(self) -> set[tuple[str, str]]:
        return {
            (row.values["person_id"], _PROGRAMME_TAGS[row.values["programme"]])
            for rows in self.run.rows["enrolment"].values()
            for row in rows
            if row.values["programme"] in _PROGRAMME_TAGS and row.values["state"] != "stopped"
            and row.values["counted"] and row.values["removed_at"] is None
        }  # fmt: skip


def choose(
    found: Sequence[Bearer], name: str | None, code: str | None, *, loosely: bool = False
) -> Bearer | None:
    """Of several who carry one number the one with the same name, then the same home; where that does not decide, none.

    Args:
        loosely: the first of them rather than none.
    """
    if len(found) <= 1 or loosely:
        return found[0] if found else None
    ranked = sorted(found, key=lambda one: (2 * (one.name == name) + (one.code == code)), reverse=True)
    best, second = ((2 * (one.name == name) + (one.code == code)) for one in ranked[:2])
    return ranked[0] if best > second else None


def state_of(seen: Sequence[Seen], main: int) -> str:
    """New where its main fact is, changed where any fact changes anything."""
    if seen[main].state == "new":
        return "new"
    return "same" if all(one.state == "same" for one in seen) else "changed"


def values_of(detail: Mapping[str, Any]) -> Values:
    """The values of a row that waited."""
    return dates_from_text(detail["values"])
