"""What staged rows do to the register, for preview and import alike: which homes, who is head of them, which people."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.among import among
from app.bulk import Bulk
from app.db import SHANGHAI, utcnow
from app.divisions import service as divisions
from app.divisions.schemas import DivisionIn
from app.households import foresee_service as register
from app.households import tags
from app.households.bulk_service import Prepared
from app.households.foresee_service import Bearer, Foreseen
from app.households.rules import normal_name
from app.households.schemas import HouseholdIn
from app.imports import lines, numbers, queries, taking
from app.imports.heads import Claim, Contest, Head, Settled
from app.imports.lines import Detail
from app.imports.numbers import Row
from app.imports.taking import Homes

COMPARE = 1000
STAGED = Bulk(insert(queries.TABLE))
_SOUND = ("read", "new", "changed", "same", "outside")


@dataclass
class Gathered:
    """What the sound rows of a roster say together: homes, and who stands where.

    Rows with one number lie side by side, so that no batch parts them: two rows of one person must meet.
    """

    homes: Homes = field(default_factory=Homes)
    people: list[Row] = field(default_factory=list)
    shared: numbers.Settled = field(default_factory=numbers.Settled)

    def see(self, position: int, detail: Detail, sound: bool) -> None:
        """Take one row in."""
        said = detail.values
        self.homes.see(said, sound, position)
        if sound:
            self.people.append(
                Row(
                    said["id"],
                    position,
                    said["household"],
                    said["name"],
                    said.get("relation") or "",
                    said.get("head") or "",
                )
            )

    def batches(self, size: int) -> Iterator[list[Row]]:
        """The people in batches that never part rows of one number."""
        return _batches(self.people, size)


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Rows as they follow in the file, those of one number beside the first: a database likes what lies together."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.number].append(row)
    batch: list[Row] = []
    for group in groups.values():
        batch += group
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def today() -> date:
    """The day in China."""
    return utcnow().astimezone(SHANGHAI).date()


def gather(
    session: Session, import_id: str, actor: Actor | None, tell: Callable[[int], None] = lambda done: None
) -> Gathered:
    """What the staged rows of a roster say together; `tell` hears how many were looked through."""
    return settle_numbers(session, import_id, actor, _gather(session, import_id, (), tell))


def settle_numbers(session: Session, import_id: str, actor: Actor | None, gathered: Gathered) -> Gathered:
    """The same without the rows that another row of their person stands for; one number in several rows is told."""
    settled = _judge_numbers(session, import_id, actor, gathered.people)
    if settled.left_out:
        gathered = _gather(session, import_id, settled.left_out)
    gathered.shared = settled
    return gathered


def _gather(
    session: Session, import_id: str, left_out: Collection[int], tell: Callable[[int], None] = lambda done: None
) -> Gathered:
    gathered = Gathered()
    for done, row in enumerate(queries.stream(session, import_id, (*_SOUND, "contrary", "unreadable")), 1):
        if done % COMPARE == 0:
            tell(done)
        detail = lines.unpack(row.detail)
        sound = row.state in _SOUND or detail.why == numbers.TWO_HOMES
        gathered.see(row.position, detail, sound and row.position not in left_out)
    return gathered


def _judge_numbers(session: Session, import_id: str, actor: Actor | None, people: Sequence[Row]) -> numbers.Settled:
    """Rows of one number, as far as the actor may take them in."""
    mine = (row for row in people if (village := taking.village_of(row.household)) and covers(actor, village))
    groups = numbers.several(mine)
    known = {
        number: {(one.name, one.code) for one in found} for number, found in register.bearers(session, groups).items()
    }
    positions = [row.position for rows in groups.values() for row in rows]
    places = queries.places(session, import_id, positions)
    return numbers.settle(groups, known, {one: lines.where(*places[one]) for one in positions})


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

    `known` holds the names by which the register calls those it has, `named` what all will be called; `doubted` counts
    doubts about numbers as rows are judged.
    """

    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    foreseen: dict[str, Foreseen] = field(default_factory=dict)
    heads: Settled = field(default_factory=Settled)
    shared: numbers.Settled = field(default_factory=numbers.Settled)
    doubted: Counter[str] = field(default_factory=Counter)

    def household(self, homes: Homes, code: str, key: str | None = None) -> HouseholdIn:
        """A home as the register takes it in; one whose head stays unnamed by the file keeps its name."""
        known = self.known.get(code)
        named = self.heads.names[code] if code in self.heads.names else homes.named(code, known)
        return homes.household(code, named or known or "", key, self.places[code][1])


def judge_homes(session: Session, actor: Actor | None, gathered: Gathered, brought: dict[str, DivisionIn]) -> Judged:
    """Which homes can be taken in by this actor, who is head of them, and what changes about them."""
    judged = Judged(shared=gathered.shared)
    codes = sorted(gathered.homes.sound)
    known = set(divisions.pull(session, sorted({village for code in codes if (village := taking.village_of(code))})))
    for part in _parts(codes):
        _place(session, actor, part, known | set(brought), judged)
    judged.heads = _judge_heads(session, actor, gathered, judged)
    for part in _parts(list(judged.places)):
        rows = [judged.household(gathered.homes, code) for code in part]
        judged.named |= {code: row.name for code, row in zip(part, rows, strict=True)}
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
    _judge_relations(session, gathered, judged, settled)
    return settled


def _judge_relations(session: Session, gathered: Gathered, judged: Judged, settled: Settled) -> None:
    """Relations of a home are to its head; those written to somebody who does not become head are left open."""
    contested = {
        row.household: (contest, row) for row in gathered.people if (contest := settled.contests.get(row.position))
    }
    rows = [
        row
        for row in gathered.people
        if row.household in contested and row.position not in settled.contests and row.relation
        and row.relation not in tags.HEADS and _to_another(row, *contested[row.household])
    ]  # fmt: skip
    for row, known in zip(rows, register.match_people(session, _meant(rows, judged)), strict=True):
        contest, claimant = contested[row.household]
        member = known is not None and known.household_id == judged.places[row.household][0]
        standing = [name for name in contest.names.split("、") if name != claimant.name] or [contest.names]
        settled.unclear(row.position, member, [claimant.name], standing)


def _meant(rows: Iterable[Row], judged: Judged) -> Iterator[tuple[str, str, str]]:
    return ((row.number, normal_name(row.name), judged.places[row.household][0]) for row in rows)


def _to_another(row: Row, contest: Contest, claimant: Row) -> bool:
    """Whether a row says what somebody is to a head who does not become one."""
    if contest.code == "heads_in_register":
        return False
    written = row.head or (claimant.name if contest.code == "head_taken" else "")
    return written == claimant.name and (contest.code != "head_taken" or written not in contest.names.split("、"))


def _weighty(gathered: Gathered, judged: Judged, now: dict[str, list[tuple[str, str, str | None]]]) -> list[Row]:
    """The rows that can make a head or unmake one, with all rows of the same numbers, which are matched together."""
    rows = [row for row in gathered.people if row.household in judged.places]
    heads = {index for found in now.values() for _, _, index in found if index}
    asked = {row.number for row in rows if not row.relation or row.relation in tags.HEADS}
    if heads:
        asked |= {row.number for row in rows if row.number not in asked and register.fingerprint(row.number) in heads}
    return [row for row in rows if row.number in asked]


def _claims(
    session: Session, actor: Actor | None, rows: list[Row], judged: Judged
) -> tuple[dict[str, list[Claim]], dict[str, str]]:
    """Who would be head, by home; and of known people in the file the home they would head, empty for none."""
    claims: dict[str, list[Claim]] = defaultdict(list)
    left: dict[str, str] = {}
    for batch in _batches(rows, COMPARE):
        found = register.match_people(session, _meant(batch, judged))
        for row, known in zip(batch, found, strict=True):
            if known and not covers(actor, known.division):
                continue
            heads = row.relation in tags.HEADS or (not row.relation and known is not None and known.head)
            if known:
                left[known.row_id] = row.household if heads else ""
            if heads:
                here = known is not None and known.household_id == judged.places[row.household][0]
                member = here and known is not None and not known.removed and not known.head
                claims[row.household].append(Claim(row.position, normal_name(row.name), known and known.row_id, member))
    return claims, left


def covers(actor: Actor | None, division: str) -> bool:
    """Whether a division lies in the actor's area; the operator at the machine has the whole county."""
    return actor is None or any(division.startswith(area) for area in actor.divisions)


def strangers(session: Session, rows: Sequence[Row], judged: Judged) -> list[int]:
    """Positions of rows that plainly bring somebody new, so that nobody needs to look into them.

    Nobody of the register carries their number, their home is taken in, and nothing makes them doubtful.
    """
    plain = {
        register.fingerprint(row.number): row.position
        for row in rows
        if row.household not in judged.refused
        and row.position not in judged.heads.contests
        and row.position not in judged.shared.doubts
    }
    carried = register.carried(session, list(plain))
    return [position for index, position in plain.items() if index not in carried]


@dataclass
class Batch:
    """What becomes of a batch of rows: the state of each.

    `taken`: those that are taken in, as the register takes them; empty for a preview, which writes nobody.
    """

    details: dict[int, Detail]
    states: dict[int, str] = field(default_factory=dict)
    taken: dict[int, Prepared] = field(default_factory=dict)


def judge_people(
    session: Session, actor: Actor | None, details: dict[int, Detail], judged: Judged, on: date,
    keys: Mapping[int, str] | None = None,
) -> Batch:  # fmt: skip
    """Judge a batch of rows; what would change, and what is doubtful, is written into their details.

    Args:
        keys: the id that whoever is new gets, by position; left out for a preview.
    """
    batch = Batch(details)
    asked: list[int] = []
    for position, detail in details.items():
        detail.let_in()
        why = judged.refused.get(detail.values["household"])
        if why:
            batch.states[position], detail.why = "outside", why
            detail.judged(())
        else:
            asked.append(position)
    rows = [taking.person_of(details[one].values, judged.heads.contests.get(one)) for one in asked]
    homes = [judged.places[row.household_code or ""] for row in rows]
    prepared = register.prepare_people(rows, homes, on) if keys else register.sketch_people(rows, homes)
    seen_all = register.foresee_people(session, rows, homes, prepared, on)
    numbers_of = {one.values["id_index"]: details[at].values["id"] for at, one in zip(asked, prepared, strict=True)}
    bearers = register.bearers_of(session, numbers_of)
    for position, one, seen in zip(asked, prepared, seen_all, strict=True):
        detail = details[position]
        detail.judged(_doubts(actor, position, detail, seen, judged, bearers.get(detail.values["id"], [])))
        if seen.division and not covers(actor, seen.division):
            batch.states[position], detail.why = "outside", "outside_area"
        else:
            batch.states[position] = seen.state
            if keys:
                one.values["id"] = keys[position]
                batch.taken[position] = one
            detail.before, detail.after = dict(seen.before), dict(seen.after)
    _name_homes(session, details.values())
    return batch


def _doubts(
    actor: Actor | None, position: int, detail: Detail, seen: Foreseen, judged: Judged, bearers: list[Bearer]
) -> list[numbers.Doubt]:
    """What the register makes doubtful about a row that is taken in; people of other areas are not named."""
    contest = judged.heads.contests.get(position)
    about = list(judged.shared.doubts.get(position, ()))
    others = [one for one in bearers if one.row_id != seen.row_id and one.name != detail.values["name"]]
    if others and not about:
        told = (f"{one.name}（户 {one.code}）" if covers(actor, one.division) else "别处的人" for one in others)
        about.append(("number_known", "", "、".join(dict.fromkeys(told))))
    about += [("visit_says", *lines.found_words(name, value)) for name, value in seen.visited.items()]
    judged.doubted.update(code for code, _, _ in about)
    return ([contest.doubt] if contest else []) + about


def leave_out(session: Session, import_id: str, judged: Judged) -> int:
    """Write down the rows that are left out for another row of the same person; returns how many."""
    left = judged.shared.left_out
    staged = queries.by_positions(session, import_id, sorted(left))
    places = queries.places(session, import_id, sorted(left.values()))
    details = {position: lines.unpack(row.detail) for position, row in staged.items()}
    for position, detail in details.items():
        detail.why, detail.twin, detail.fresh = numbers.TWO_HOMES, places[left[position]], True
        detail.judged(judged.shared.doubts[position])
        judged.doubted.update(code for code, _, _ in judged.shared.doubts[position])
    before = {position: row.state for position, row in staged.items()}
    write_states(session, import_id, dict.fromkeys(details, "contrary"), details, before)
    return len(left)


def _name_homes(session: Session, details: Iterable[Detail]) -> None:
    """Who moves is told by the codes of the homes, which people know."""
    moving = [detail for detail in details if "household_id" in detail.before]
    codes = register.codes_of(session, [detail.before["household_id"] for detail in moving])
    for detail in moving:
        detail.before["household_id"] = codes.get(detail.before["household_id"], "")
        detail.after["household_id"] = detail.values["household"]


def write_states(
    session: Session, import_id: str, states: dict[int, str], details: dict[int, Detail], before: Mapping[int, str]
) -> None:
    """Write what became of a batch of rows; the detail only where it says something new.

    Args:
        before: the states in which the rows stand.
    """
    telling = {one for one, state in states.items() if state in {"changed", "outside"} or details[one].fresh}
    table = queries.TABLE
    by_state: dict[str, list[int]] = {}
    for position, state in states.items():
        if position not in telling and state != before[position]:
            by_state.setdefault(state, []).append(position)
    for state, positions in by_state.items():
        here = (table.c.import_id == import_id, among(table.c.position, positions))
        session.connection().execute(update(table).where(*here).values(state=state))
    told = [
        {"b_position": one, "b_state": states[one], "b_detail": said.pack(), "b_doubtful": bool(said.doubts)}
        for one, said in sorted(details.items())
        if one in telling
    ]
    if told:
        session.connection().execute(
            update(table)
            .where(table.c.import_id == import_id, table.c.position == bindparam("b_position"))
            .values(
                state=bindparam("b_state"), doubtful=bindparam("b_doubtful"),
                detail=bindparam("b_detail", type_=table.c.detail.type),
            ),
            told,
        )  # fmt: skip


def write_homes(session: Session, import_id: str, gathered: Gathered, judged: Judged, *, new: bool) -> None:
    """Write what becomes of the homes before the rows, at negative positions; those without news are left out.

    Args:
        new: also those that the import makes; once it is taken in, nothing more is to be said of them.
    """
    own = (queries.TABLE.c.import_id == import_id, queries.TABLE.c.position < 0)
    session.execute(delete(queries.TABLE).where(*own))
    told = [
        code
        for code, seen in judged.foreseen.items()
        if seen.state == "changed" or (new and seen.state == "new") or code in judged.heads.doubled
    ]
    for start in range(0, len(told), queries.CHUNK):
        part = told[start : start + queries.CHUNK]
        first = {code: gathered.homes.fields[code]["at"] for code in part}
        where = queries.places(session, import_id, list(first.values()))
        STAGED.write(session, [
            _home_line(import_id, start + at - len(told), code, where[first[code]], gathered, judged)
            for at, code in enumerate(part)
        ])  # fmt: skip


def _home_line(
    import_id: str, position: int, code: str, where: tuple[str, int], gathered: Gathered, judged: Judged
) -> dict[str, Any]:
    seen, contest = judged.foreseen[code], judged.heads.doubled.get(code)
    detail = Detail(values={"household": code}, before=seen.before, after=seen.after)
    detail.judged([contest.doubt] if contest else ())
    name = judged.known.get(code) or judged.named[code]
    return {
        "import_id": import_id, "position": position, "sheet": where[0], "row": where[1], "name": name[:64],
        "state": f"home_{seen.state}", "repaired": False, "doubtful": bool(contest), "detail": detail.pack(),
    }  # fmt: skip
