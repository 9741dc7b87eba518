"""What staged rows do to the register, for preview and import alike: which homes, who is head of them, which people."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import Session, col

from app.accounts.schemas import Actor
from app.db import SHANGHAI, utcnow
from app.divisions import service as divisions
from app.divisions.schemas import DivisionIn
from app.households import foresee_service as register
from app.households import tags
from app.households.foresee_service import Foreseen
from app.households.schemas import HouseholdIn, PersonIn
from app.imports import lines, queries, taking
from app.imports.heads import Claim, Head, Settled
from app.imports.lines import Detail
from app.imports.taking import Homes
from models.imports import ImportLine

COMPARE = 1000
_SOUND = ("read", "new", "changed", "same", "outside")


class Row(NamedTuple):
    """A sound row of a roster, as far as rows are weighed against each other."""

    number: str
    position: int
    household: str
    name: str
    relation: str


@dataclass
class Gathered:
    """What the sound rows of a roster say together: homes, and who stands where.

    Rows with one number lie side by side, so that no batch parts them: two rows of one person must meet.
    """

    homes: Homes = field(default_factory=Homes)
    people: list[Row] = field(default_factory=list)

    def see(self, position: int, detail: Detail, sound: bool) -> None:
        """Take one row in."""
        said = detail.values
        self.homes.see(said, sound, position)
        if sound:
            self.people.append(Row(said["id"], position, said["household"], said["name"], said.get("relation") or ""))

    def batches(self, size: int) -> Iterator[list[int]]:
        """Positions in batches that never part rows of one number."""
        return ([row.position for row in batch] for batch in _batches(self.people, size))


def _batches(rows: Sequence[Row], size: int) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in sorted(rows):
        if len(batch) >= size and row.number != batch[-1].number:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def today() -> date:
    """The day in China."""
    return utcnow().astimezone(SHANGHAI).date()


def gather(session: Session, import_id: str) -> Gathered:
    """What the staged rows of a roster say together."""
    gathered = Gathered()
    for row in queries.stream(session, import_id, (*_SOUND, "contrary", "unreadable")):
        gathered.see(row.position, lines.unpack(row.detail), row.state in _SOUND)
    return gathered


def villages(session: Session, gathered: Gathered, reference: dict[str, DivisionIn]) -> dict[str, DivisionIn]:
    """The divisions an import brings: those of its sheet of codes, and villages that only its rows name.

    A household code begins with its village's code, and the row names the village beside it.
    """
    brought = dict(reference)
    named: dict[str, str] = {}
    for code, home in gathered.homes.fields.items():
        village = taking.village_of(code)
        if village and home.get("village"):
            named.setdefault(village, home["village"])
    known = set(divisions.pull(session, sorted(named)))
    for village, name in named.items():
        if village not in known and village not in brought:
            brought[village] = DivisionIn(code=village, name=name)
    return brought


@dataclass
class Judged:
    """What would become of the homes of a file: taken ones with their ids and villages, and why others are not.

    `known` holds the names by which the register calls those it has.
    """

    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    foreseen: dict[str, Foreseen] = field(default_factory=dict)
    heads: Settled = field(default_factory=Settled)

    def household(self, homes: Homes, code: str, key: str | None = None) -> HouseholdIn:
        """A home as the register takes it in; one whose head stays unnamed by the file keeps its name."""
        known = self.known.get(code)
        named = self.heads.names[code] if code in self.heads.names else homes.named(code, known)
        return homes.household(code, named or known or "", key, self.places[code][1])


def judge_homes(session: Session, actor: Actor | None, gathered: Gathered, brought: dict[str, DivisionIn]) -> Judged:
    """Which homes can be taken in by this actor, who is head of them, and what changes about them."""
    judged = Judged()
    codes = sorted(gathered.homes.sound)
    known = set(divisions.pull(session, sorted({village for code in codes if (village := taking.village_of(code))})))
    for part in _parts(codes):
        _place(session, actor, part, known | set(brought), judged)
    judged.heads = _judge_heads(session, actor, gathered, judged)
    for part in _parts(list(judged.places)):
        rows = [judged.household(gathered.homes, code) for code in part]
        judged.foreseen |= zip(part, register.foresee_households(session, rows), strict=True)
    return judged


def _parts(codes: list[str]) -> Iterator[list[str]]:
    return (codes[start : start + COMPARE] for start in range(0, len(codes), COMPARE))


def _place(session: Session, actor: Actor | None, codes: list[str], villages: set[str], judged: Judged) -> None:
    found = register.locate(session, codes)
    for code in codes:
        village, home = taking.village_of(code), found.get(code)
        if village is None or village not in villages:
            judged.refused[code] = "unknown_division"
        elif not covers(actor, village) or (home and not covers(actor, home.division)):
            judged.refused[code] = "outside_area"
        elif home:
            judged.places[code], judged.known[code] = (home.row_id, home.division), home.name
        else:
            judged.places[code] = (f"new:{code}"[:36], village)


def _judge_heads(session: Session, actor: Actor | None, gathered: Gathered, judged: Judged) -> Settled:
    """Weigh the heads of the register against those the file writes; only rows that are taken in count."""
    now = register.heads_of(session, [judged.places[code][0] for code in judged.known])
    claims, left = _claims(session, actor, _weighty(gathered, judged, now), judged)
    settled = Settled()
    for code, (home, _) in judged.places.items():
        standing = [Head(key, name) for key, name, _ in now.get(home, []) if left.get(key, code) == code]
        settled.settle(code, standing, claims.get(code, []))
    return settled


def _weighty(gathered: Gathered, judged: Judged, now: dict[str, list[tuple[str, str, str | None]]]) -> list[Row]:
    """The rows that can make a head or unmake one, with all rows of the same numbers, which are matched together."""
    rows = [row for row in gathered.people if row.household in judged.places]
    heads = {index for found in now.values() for _, _, index in found if index}
    asked = {row.number for row in rows if not row.relation or row.relation in tags.HEADS}
    asked |= {row.number for row in rows if row.number not in asked and register.fingerprint(row.number) in heads}
    return [row for row in rows if row.number in asked]


def _claims(
    session: Session, actor: Actor | None, rows: list[Row], judged: Judged
) -> tuple[dict[str, list[Claim]], dict[str, str]]:
    """Who would be head, by home; and of known people in the file the home they would head, empty for none."""
    claims: dict[str, list[Claim]] = defaultdict(list)
    left: dict[str, str] = {}
    on = today()
    for batch in _batches(rows, COMPARE):
        people = [PersonIn(household_code=row.household, name=row.name, id_number=row.number) for row in batch]
        found = register.match_people(session, people, judged.places, on)
        for row, person, known in zip(batch, people, found, strict=True):
            if known and not covers(actor, known.division):
                continue
            heads = row.relation in tags.HEADS or (not row.relation and known is not None and known.head)
            if known:
                left[known.row_id] = row.household if heads else ""
            if heads:
                here = known is not None and known.household_id == judged.places[row.household][0]
                member = here and known is not None and not known.removed and not known.head
                claims[row.household].append(Claim(row.position, person.name, known and known.row_id, member))
    return claims, left


def covers(actor: Actor | None, division: str) -> bool:
    """Whether a division lies in the actor's area; the operator at the machine has the whole county."""
    return actor is None or any(division.startswith(area) for area in actor.divisions)


def judge_people(
    session: Session, actor: Actor | None, details: dict[int, Detail], judged: Judged, on: date
) -> dict[int, str]:
    """The state of each row of a batch; what would change, and who is no head, is written into its detail."""
    states: dict[int, str] = {}
    asked: list[int] = []
    for position, detail in details.items():
        contest = judged.heads.contests.get(position)
        detail.contested(contest.doubt if contest else None)
        why = judged.refused.get(detail.values["household"])
        if why:
            states[position], detail.why = "outside", why
        else:
            asked.append(position)
    rows = [taking.person_of(details[one].values, contest=judged.heads.contests.get(one)) for one in asked]
    seen_all = register.foresee_people(session, rows, judged.places, on)
    for position, seen in zip(asked, seen_all, strict=True):
        if seen.division and not covers(actor, seen.division):
            states[position], details[position].why = "outside", "outside_area"
        else:
            states[position] = seen.state
            details[position].before, details[position].after = dict(seen.before), dict(seen.after)
    _name_homes(session, details.values())
    return states


def _name_homes(session: Session, details: Iterable[Detail]) -> None:
    """Who moves is told by the codes of the homes, which people know."""
    moving = [detail for detail in details if "household_id" in detail.before]
    codes = register.codes_of(session, [detail.before["household_id"] for detail in moving])
    for detail in moving:
        detail.before["household_id"] = codes.get(detail.before["household_id"], "")
        detail.after["household_id"] = detail.values["household"]


def write_states(session: Session, import_id: str, states: dict[int, str], details: dict[int, Detail]) -> None:
    """Write what became of a batch of rows; the detail only where it says something new."""
    telling = {one for one, state in states.items() if state in {"changed", "outside"} or details[one].fresh}
    by_state: dict[str, list[int]] = {}
    for position, state in states.items():
        if position not in telling:
            by_state.setdefault(state, []).append(position)
    for state, positions in by_state.items():
        for start in range(0, len(positions), queries.CHUNK):
            part = positions[start : start + queries.CHUNK]
            session.execute(
                update(ImportLine)
                .where(col(ImportLine.import_id) == import_id, col(ImportLine.position).in_(part))
                .values(state=state)
            )
    told = [
        {"b_position": one, "b_state": states[one], "b_detail": said.pack(), "b_doubtful": bool(said.doubts)}
        for one, said in sorted(details.items())
        if one in telling
    ]
    if told:
        session.connection().execute(
            update(ImportLine.__table__)  # type: ignore[attr-defined]
            .where(col(ImportLine.import_id) == import_id, col(ImportLine.position) == bindparam("b_position"))
            .values(
                state=bindparam("b_state"), doubtful=bindparam("b_doubtful"),
                detail=bindparam("b_detail", type_=ImportLine.__table__.c.detail.type),  # type: ignore[attr-defined]
            ),
            told,
        )  # fmt: skip


def write_homes(session: Session, import_id: str, gathered: Gathered, judged: Judged, *, new: bool) -> None:
    """Write what becomes of the homes before the rows, at negative positions; those without news are left out.

    Args:
        new: also those that the import makes; once it is taken in, nothing more is to be said of them.
    """
    own = (col(ImportLine.import_id) == import_id, col(ImportLine.position) < 0)
    session.execute(delete(ImportLine).where(*own))
    told = [
        code
        for code, seen in judged.foreseen.items()
        if seen.state == "changed" or (new and seen.state == "new") or code in judged.heads.doubled
    ]
    for start in range(0, len(told), queries.CHUNK):
        part = told[start : start + queries.CHUNK]
        first = {code: gathered.homes.fields[code]["at"] for code in part}
        where = queries.places(session, import_id, list(first.values()))
        session.execute(insert(ImportLine), [
            _home_line(import_id, start + at - len(told), code, where[first[code]], gathered, judged)
            for at, code in enumerate(part)
        ])  # fmt: skip


def _home_line(
    import_id: str, position: int, code: str, where: tuple[str, int], gathered: Gathered, judged: Judged
) -> dict[str, Any]:
    seen, contest = judged.foreseen[code], judged.heads.doubled.get(code)
    detail = Detail(values={"household": code}, before=seen.before, after=seen.after)
    detail.contested(contest.doubt if contest else None)
    name = judged.known.get(code) or judged.household(gathered.homes, code).name
    return {
        "import_id": import_id, "position": position, "sheet": where[0], "row": where[1], "name": name[:64],
        "state": f"home_{seen.state}", "repaired": False, "doubtful": bool(contest), "detail": detail.pack(),
    }  # fmt: skip
